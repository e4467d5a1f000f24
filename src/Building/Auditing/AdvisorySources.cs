using ImageSdk.Building.Downloads;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Layers;
using ImageSdk.Posix;

namespace ImageSdk.Building.Auditing;

/// <summary>
/// Advisories from where users say they are: files, directories, or http and https addresses by the proxies of the environment. What an address has is kept in
/// the build cache, and fetched again when it changed.
/// </summary>
/// <param name="findCache">Finds what a project calls ImageCacheDirectory, where an address needs it.</param>
public sealed class AdvisorySources(Func<string> findCache, IBuildListener listener, string? projectFile = null)
{
    /// <param name="sources">Paths and addresses.</param>
    /// <param name="directory">What paths are relative to.</param>
    /// <returns>Files and directories.</returns>
    /// <exception cref="BuildException">IMG1630: one is not there, or cannot be fetched.</exception>
    public async Task<IReadOnlyList<string>> FetchAsync(IEnumerable<string> sources, string directory, CancellationToken cancellation)
    {
        var files = new List<string>();
        foreach (var source in sources)
            files.Add(await FetchAsync(source, directory, cancellation));
        return files;
    }

    async Task<string> FetchAsync(string text, string directory, CancellationToken cancellation)
    {
        if (!text.Contains("://", StringComparison.Ordinal))
        {
            var path = Path.GetFullPath(text, directory);
            return Path.Exists(path) ? path : throw Fault($"There are no advisories at {path}. Name a file or a directory that is there, or an address.");
        }
        if (!Uri.TryCreate(text, UriKind.Absolute, out var address) || !ContentSource.IsSupported(address))
            throw Fault($"\"{text}\" is no address of advisories. Give one that begins with https://, http:// or file:///, or a path.");
        var layers = new LayerStore(findCache(), Processes.UserId);
        layers.CreateDirectories();
        using var content = new ContentSource();
        try
        {
            var fetched = await new Downloader(new(layers), content, Progress, () => listener.Progress("Waiting for another build that downloads the same")).FetchLatestAsync(address, cancellation);
            if (fetched.Fault is { } fault)
                listener.Report(new(DiagnosticSeverity.Warning, "IMG1634", $"The advisories that {Downloader.Show(address)} had when it was last fetched are used. {fault}", projectFile));
            return fetched.File;
        }
        catch (DownloadException exception)
        {
            throw new BuildException("IMG1630", $"The advisories cannot be fetched: {exception.Message}", projectFile, inner: exception);
        }
    }

    void Progress(DownloadProgress progress) => listener.Progress($"Downloading {progress.Name}: {progress.Done / 1e6:0.0} MB");

    BuildException Fault(string message) => new("IMG1630", message, projectFile);
}
