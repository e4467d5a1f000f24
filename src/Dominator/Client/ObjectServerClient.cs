using ImageSdk.Images;
using ImageSdk.Srpc;

namespace ImageSdk.Dominator;

/// <summary>
/// The objects of an image server. All methods throw <see cref="SrpcException"/>: with the server's text where it
/// refuses, and otherwise where the connection is lost.
/// </summary>
/// <param name="connection">May be shared with others; stays the caller's.</param>
public sealed class ObjectServerClient(SrpcConnection connection)
{
    /// <returns>For each hash the size of the object in bytes; 0 for those that the server does not have.</returns>
    public async Task<IReadOnlyList<ulong>> CheckObjectsAsync(IReadOnlyList<ObjectHash> hashes, CancellationToken cancellation = default)
    {
        var reply = await connection.CallAsync(
            "ObjectServer.CheckObjects", CheckObjectsRequest.Gob, new() { Hashes = hashes }, CheckObjectsResponse.Gob, cancellation);
        return reply.ObjectSizes.Count == hashes.Count
            ? reply.ObjectSizes
            : throw new SrpcException($"the server answered {reply.ObjectSizes.Count} sizes for {hashes.Count} objects");
    }

    /// <summary>Begins to upload objects. Nothing else can go over the connection until the upload is finished or disposed of.</summary>
    public async Task<ObjectUpload> AddObjectsAsync(CancellationToken cancellation = default) =>
        new(await connection.OpenCallAsync("ObjectServer.AddObjects", cancellation), cancellation);

    /// <summary>Whether the server can do with objects without the zeros of their holes. False where the caller may not ask.</summary>
    public async Task<bool> TakesSparseAsync(CancellationToken cancellation = default)
    {
        await using var call = await connection.OpenCallAsync("ObjectServer.GetObjects", cancellation);
        await call.WriteAsync(GetObjectsRequest.GobWithExtensions, new() { Sparse = true });
        await call.FlushAsync();
        var reply = await call.ReadAsync(GetObjectsResponse.GobWithExtensions);
        await call.CloseAsync();
        return reply.Sparse;
    }

    /// <summary>
    /// Has the server compare objects with their hashes: what is damaged it puts aside, and takes again from whoever adds it. Servers of the
    /// original do not know that, and do nothing.
    /// </summary>
    /// <returns>What is damaged, in the server's words; empty for nothing.</returns>
    public async Task<string> CompareObjectsAsync(IReadOnlyList<ObjectHash> hashes, CancellationToken cancellation = default)
    {
        try
        {
            await using var download = await ObjectDownload.OpenAsync(connection, hashes, cancellation, compare: true);
            // What has changed since it was compared last the server notices when it sends it.
            for (var index = 0; index < hashes.Count; index++)
                using (var content = download.OpenNext(index, isHashed: false))
                    await content.FinishAsync();
            await download.CloseAsync();
            return "";
        }
        catch (SrpcException problem) when (problem.IsFromServer)
        {
            return problem.Message;
        }
    }

    /// <summary>Downloads objects, in the order of the hashes; one that occurs twice comes twice.</summary>
    /// <param name="receive">
    /// Gets for each its position among the hashes and its content, of known length. What it leaves unread is read for
    /// it. Afterwards the content is known to be right, or this method throws.
    /// </param>
    public async Task GetObjectsAsync(
        IReadOnlyList<ObjectHash> hashes, Func<int, Stream, ValueTask> receive, CancellationToken cancellation = default)
    {
        await using var download = await ObjectDownload.OpenAsync(connection, hashes, cancellation);
        await download.ReceiveAsync(hashes, receive);
    }
}
