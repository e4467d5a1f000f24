using System.Net;
using System.Net.Sockets;
using ImageSdk.Dominator;
using ImageSdk.Images;
using ImageSdk.ImageServer.Hosting;
using ImageSdk.ImageServer.Services;
using ImageSdk.ImageServer.Web.Metrics;
using ImageSdk.ImageServer.Web.Requests;
using ImageSdk.Srpc;

namespace ImageSdk.ImageServer.Web;

/// <summary>What the pages are about.</summary>
/// <param name="parts">The server's parts.</param>
/// <param name="srpc">Its SRPC side.</param>
/// <param name="isInsecure">Whether everybody may do everything, at the moment.</param>
sealed class WebSite(ServerParts parts, SrpcServer srpc, Func<bool> isInsecure)
{
    // Images that are read at once: who comes later finds the same one read already.
    readonly SemaphoreSlim reading = new(2);

    readonly Lazy<Task<string>> hostName = new(FindHostNameAsync);

    public ServerParts Parts { get; } = parts;

    public SrpcServer Srpc { get; } = srpc;

    public WebAssets Assets { get; } = new();

    public ServerMetrics Metrics { get; } = new(parts, srpc);

    public bool IsInsecure => isInsecure();

    /// <summary>Of the page about an image in some other place; null for none.</summary>
    public InformationTemplate? Information { get; } =
        parts.Options.InformationTemplate is { Length: > 0 } template ? new(template) : null;

    /// <summary>Whether everybody may read objects: then pages link to them.</summary>
    public bool ServesObjects => Parts.Options.AllowUnauthenticatedReads;

    /// <summary>The machine's name, as its resolver completes it.</summary>
    public Task<string> HostName => hostName.Value;

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
            return Parts.Images.Get(name) ?? throw PageFault.UnknownImage(name);
        }
        finally
        {
            reading.Release();
        }
    }

    static async Task<string> FindHostNameAsync()
    {
        try
        {
            return (await Dns.GetHostEntryAsync(Dns.GetHostName())).HostName;
        }
        catch (SocketException)
        {
            return Environment.MachineName;
        }
    }
}
