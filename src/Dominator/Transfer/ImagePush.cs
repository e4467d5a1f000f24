using ImageSdk.Images;
using ImageSdk.Srpc;

namespace ImageSdk.Dominator.Transfer;

/// <summary>Brings an image to a server: the objects that it lacks, then the image.</summary>
/// <param name="connections">To the server.</param>
/// <param name="source">The image's objects.</param>
/// <param name="options">Null for the usual ones.</param>
public sealed class ImagePush(ServerConnections connections, IObjectSource source, TransferOptions? options = null)
{
    const int Attempts = 3;
    const int BatchObjects = 1024;
    const ulong BatchBytes = 16 << 20;

    public TransferProgress Progress { get; } = new();

    /// <summary>Whether the image keeps its creator and time of creation. Servers let each other do that.</summary>
    public bool IsTrusted { get; init; }

    /// <summary>Sends what the server lacks and adds the image.</summary>
    /// <param name="name">Of the image; its directory has to be there.</param>
    /// <exception cref="SrpcException">The server refuses, or cannot be reached.</exception>
    /// <exception cref="IOException">An object cannot be read.</exception>
    public async Task PushAsync(string name, Image image, CancellationToken cancellation = default)
    {
        await SendObjectsAsync(image, cancellation);
        await AddAsync(name, image, cancellation);
    }

    /// <summary>
    /// Adds an image whose objects have just been sent. Objects that the server had, and forgot in between as no image
    /// needed them, are sent then.
    /// </summary>
    /// <inheritdoc cref="PushAsync" path="/exception"/>
    public async Task AddAsync(string name, Image image, CancellationToken cancellation = default)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await connections.CallAsync(connection => AddAsync(new ImageServerClient(connection), name, image, cancellation), cancellation);
                return;
            }
            catch (SrpcException refusal) when (attempt < Attempts && IsMissingObjects(refusal))
            {
                await SendObjectsAsync(image, cancellation);
            }
        }
    }

    Task AddAsync(ImageServerClient client, string name, Image image, CancellationToken cancellation) =>
        IsTrusted ? client.AddImageTrustedAsync(name, image, cancellation) : client.AddImageAsync(name, image, cancellation);

    static bool IsMissingObjects(SrpcException refusal) =>
        refusal.IsFromServer && refusal.Message.EndsWith("not available", StringComparison.Ordinal);

    async Task SendObjectsAsync(Image image, CancellationToken cancellation)
    {
        await using var push = new ObjectPush(connections, source, options, Progress, cancellation);
        var batch = new List<OfferedObject>();
        var bytes = 0ul;
        foreach (var (hash, known) in ImageObjects.List(image))
        {
            var size = known ?? SizeOf(hash);
            batch.Add(new(hash, size));
            bytes += size;
            if (batch.Count < BatchObjects && bytes < BatchBytes)
                continue;
            await push.OfferAsync(new(batch));
            batch = [];
            bytes = 0;
        }
        if (batch.Count > 0)
            await push.OfferAsync(new(batch));
        await push.FinishAsync();
    }

    // The image does not say how long its notes and logs are.
    ulong SizeOf(ObjectHash hash)
    {
        using var content = source.OpenRead(hash);
        return (ulong)content.Length;
    }
}
