using ImageSdk.Building;
using ImageSdk.Building.Workers;
using ImageSdk.Tasks.Reading;
using Microsoft.Build.Framework;

namespace ImageSdk.Tasks;

/// <summary>Adds the built image to the store and, where one is named, to an image server.</summary>
[MSBuildMultiThreadableTask]
public sealed class PublishImage : SandboxedImageTask
{
    /// <summary>host, host:port or a URL of these; empty for none.</summary>
    public string ImageServer { get; set; } = "";

    /// <summary>Directory of the user's certificates; empty for <c>~/.ssl</c>.</summary>
    public string ImageServerCertificates { get; set; } = "";

    /// <summary>File of the authorities that the server's certificate must come from; empty to believe any.</summary>
    public string ImageServerAuthorities { get; set; } = "";

    /// <summary>The SHA-256 of the server's certificate; empty for any.</summary>
    public string ImageServerFingerprint { get; set; } = "";

    public bool ImageServerRequireTls { get; set; }

    public int ImageServerConnections { get; set; } = 2;

    /// <summary>Whether to say what changed since the image of the stream that was published last.</summary>
    public bool ReportChanges { get; set; }

    /// <summary>File for all that changed; empty for none.</summary>
    public string ChangesFile { get; set; } = "";

    /// <summary>STREAM/TIME.</summary>
    [Output]
    public string ImageName { get; set; } = "";

    private protected override async Task ExecuteAsync(ImageBuild build, BuildWorkers workers, CancellationToken cancellation)
    {
        ImageName = await build.PublishAsync(workers, ImageServerParameters.Read(
            ImageServer, ImageServerCertificates, ImageServerAuthorities, ImageServerFingerprint, ImageServerRequireTls, ImageServerConnections, Absolute),
            !ReportChanges ? null : ChangesFile.Length == 0 ? "" : Absolute(ChangesFile), cancellation).ConfigureAwait(false);
        await build.EndAsync(workers).ConfigureAwait(false);
    }
}
