using ImageSdk.Artifacts;
using ImageSdk.Building.Containers;
using ImageSdk.Building.Downloads;
using ImageSdk.Building.Fetching;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Projects;
using ImageSdk.Layers;

namespace ImageSdk.Building.ArtifactBuilds;

/// <summary>The disk that an image is built on, for formats that are made of it.</summary>
/// <param name="project">With the digest of what it downloads.</param>
sealed class SourceDiskFile(ImageProject project, LayerStore layers, IBuildListener listener)
{
    /// <summary>Whether a project names a file that may be one.</summary>
    public static bool IsNamedBy(ImageProject project) =>
        project.Bootstrap is { IsUnpacked: true } bootstrap && (bootstrap.Download is not { } download || ContainerAddress.TryParse(download.Url) is null);

    /// <summary>The file that it names, for messages, where its name is that of an archive and not of a disk; null for all else.</summary>
    public static string? ArchiveOf(ImageProject project) => project.Bootstrap switch
    {
        { SourceFile: { Length: > 0 } file } when SourceDiskName.IsArchive(file) => $"SourceImageFile {file}",
        { Download.Url: var url } when Uri.TryCreate(url, UriKind.Absolute, out var address) && SourceDiskName.IsArchive(address.AbsolutePath) => $"SourceImageUrl {Downloader.Show(address)}",
        _ => null,
    };

    /// <summary>Finds the file; fetches it where the cache no longer has it.</summary>
    /// <returns>The file, and what it is to the project, for messages.</returns>
    /// <exception cref="BuildException">It cannot be fetched (IMG2261, IMG2262), or which one it was is unknown (IMG1016).</exception>
    public async Task<(string File, string Name)> FindAsync(CancellationToken cancellation)
    {
        if (project.Bootstrap!.Download is not { } download)
            return (project.Bootstrap.SourceFile, $"SourceImageFile {project.Bootstrap.SourceFile}");
        var digest = ContentDigest.TryParse(download.Digest)
            ?? throw new BuildException("IMG1016", "Which content SourceImageUrl has was not found out. Build the whole project.", project.ProjectFile);
        using var downloader = new SourceDownloader(layers, project.Architecture, listener, project.ProjectFile, download.DeniedNetworks);
        var files = await downloader.FetchAsync(download, digest, cancellation);
        return (files[0], $"SourceImageUrl {Downloader.Show(new(download.Url))}");
    }
}
