using ImageSdk.Hosting.Web.Requests;
using ImageSdk.ImageServer.Hosting;
using ImageSdk.ImageServer.Services;
using ImageSdk.ImageServer.Web.Requests;
using ImageSdk.Images;

namespace ImageSdk.ImageServer.Web;

/// <summary>What the pages of an image server are about.</summary>
sealed class WebSite(ServerParts parts, SiteContext context) : DaemonSite(context)
{
    // Images that are read at once: who comes later finds the same one read already.
    readonly SemaphoreSlim reading = new(2);

    public ServerParts Parts { get; } = parts;

    public override IReadOnlyList<(string Path, string Text)> Sections { get; } =
    [
        ("/", "Status"), ("/listImages", "Images"), ("/listDirectories", "Directories"), ("/diff", "Compare"),
        ("/logs", "Logs"), ("/metrics/", "Metrics"),
    ];

    public override (string Path, string Text) Home => ("/listImages", "All images");

    /// <summary>Of the page about an image in some other place; null for none.</summary>
    public InformationTemplate? Information { get; } =
        parts.Options.InformationTemplate is { Length: > 0 } template ? new(template) : null;

    /// <summary>Whether everybody may read objects: then pages link to them.</summary>
    public bool ServesObjects => Parts.Options.AllowUnauthenticatedReads;

    /// <summary>Reads an image.</summary>
    /// <exception cref="PageFault">There is none.</exception>
    /// <exception cref="ImageFileException">It is damaged.</exception>
    public async ValueTask<Image> GetImageAsync(string name, CancellationToken gone)
    {
        if (Parts.Images.FindRead(name) is { } read)
            return read;
        await reading.WaitAsync(gone);
        try
        {
            return Parts.Images.Get(name) ?? throw ImageFaults.UnknownImage(name);
        }
        finally
        {
            reading.Release();
        }
    }
}
