using ImageSdk.Hosting.Web.Requests;
using ImageSdk.ImageServer.Images;
using ImageSdk.ImageServer.Objects;
using ImageSdk.ImageServer.Options;
using ImageSdk.ImageServer.Replication;
using ImageSdk.ImageServer.Services;
using ImageSdk.Images;

namespace ImageSdk.ImageServer.Web.Requests;

/// <summary>What the pages of an image server are about.</summary>
/// <param name="replication">Of a replica; null for a master.</param>
sealed class WebSite(
    ServerOptions options, ImageCatalogue images, ObjectCatalogue objects, ObjectService objectService, Func<ReplicationState>? replication, SiteContext context)
    : DaemonSite(context)
{
    // Images that are read at once: who comes later finds the same one read already.
    readonly SemaphoreSlim reading = new(2);

    public new ServerOptions Options { get; } = options;

    public ImageCatalogue Images { get; } = images;

    public ObjectCatalogue Objects { get; } = objects;

    public ObjectService ObjectService { get; } = objectService;

    /// <summary>How replication is doing; null where this server is no replica.</summary>
    public ReplicationState? Replication => replication?.Invoke();

    public override IReadOnlyList<(string Path, string Text)> Sections { get; } =
    [
        ("/", "Status"), ("/listImages", "Images"), ("/listDirectories", "Directories"), ("/diff", "Compare"),
        ("/logs", "Logs"), ("/metrics/", "Metrics"),
    ];

    public override (string Path, string Text) Home => ("/listImages", "All images");

    /// <summary>Of the page about an image in some other place; null for none.</summary>
    public InformationTemplate? Information { get; } =
        options.InformationTemplate is { Length: > 0 } template ? new(template) : null;

    /// <summary>Whether everybody may read objects: then pages link to them.</summary>
    public bool ServesObjects => Options.AllowUnauthenticatedReads;

    /// <summary>Reads an image.</summary>
    /// <exception cref="PageFault">There is none.</exception>
    /// <exception cref="ImageSdk.Dominator.ImageFileException">It is damaged.</exception>
    public async ValueTask<Image> GetImageAsync(string name, CancellationToken gone)
    {
        if (Images.FindRead(name) is { } read)
            return read;
        await reading.WaitAsync(gone);
        try
        {
            return Images.Get(name) ?? throw ImageFaults.UnknownImage(name);
        }
        finally
        {
            reading.Release();
        }
    }
}
