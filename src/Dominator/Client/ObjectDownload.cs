using System.Security.Cryptography;
using ImageSdk.Images;
using ImageSdk.Srpc;
using ImageSdk.Srpc.Gob;

namespace ImageSdk.Dominator;

/// <summary>
/// Objects on their way from a server, one behind the other without anything in between. What is read is not compared
/// with the hashes.
/// </summary>
sealed class ObjectDownload : IAsyncDisposable
{
    readonly SrpcClientCall call;
    readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA512);

    readonly bool isSparse;

    ObjectDownload(SrpcClientCall call, GetObjectsResponse reply)
    {
        this.call = call;
        isSparse = reply.Sparse;
        Sizes = reply.ObjectSizes;
        IsCompared = reply.Compared;
    }

    /// <summary>Of each object, in bytes.</summary>
    public IReadOnlyList<ulong> Sizes { get; }

    /// <summary>Whether the server has compared what it sends with the hashes.</summary>
    public bool IsCompared { get; }

    /// <param name="compare">Whether to ask the server to compare; not all can.</param>
    /// <param name="sparse">Whether large objects may come without their zeros; not all servers can do that either.</param>
    /// <exception cref="SrpcException">The server has not got one of them, or the connection is lost.</exception>
    public static async Task<ObjectDownload> OpenAsync(
        SrpcConnection connection, IReadOnlyList<ObjectHash> hashes, CancellationToken cancellation, bool compare = false, bool sparse = false)
    {
        var isExtended = compare || sparse;
        return await OpenAsync(
            connection, "ObjectServer.GetObjects", isExtended ? GetObjectsRequest.GobWithExtensions : GetObjectsRequest.Gob, new() { Hashes = hashes, Compare = compare, Sparse = sparse },
            isExtended ? GetObjectsResponse.GobWithExtensions : GetObjectsResponse.Gob, hashes, cancellation);
    }

    /// <summary>Objects of an image that an imaginator built for a project.</summary>
    /// <inheritdoc cref="OpenAsync(SrpcConnection, IReadOnlyList{ObjectHash}, CancellationToken, bool, bool)" path="/exception"/>
    public static Task<ObjectDownload> OpenAsync(SrpcConnection connection, BuiltContentRequest request, CancellationToken cancellation) =>
        OpenAsync(connection, "RemoteBuilder.GetObjects", BuiltContentRequest.Gob, request, GetObjectsResponse.Gob, request.Hashes, cancellation);

    static async Task<ObjectDownload> OpenAsync<TRequest>(
        SrpcConnection connection, string method, GobType<TRequest> requestType, TRequest request, GobType<GetObjectsResponse> responseType, IReadOnlyList<ObjectHash> hashes,
        CancellationToken cancellation)
    {
        var call = await connection.OpenCallAsync(method, cancellation);
        try
        {
            await call.WriteAsync(requestType, request);
            await call.FlushAsync();
            var reply = await call.ReadAsync(responseType);
            if (reply.ResponseString.Length > 0)
            {
                await call.CloseAsync();
                ImageServerClient.ThrowIfFailed(reply.ResponseString);
            }
            if (reply.ObjectSizes.Count != hashes.Count)
                throw new SrpcException($"the server answered {reply.ObjectSizes.Count} sizes for {hashes.Count} objects");
            return new(call, reply);
        }
        catch
        {
            await call.DisposeAsync();
            throw;
        }
    }

    /// <summary>Fills a block, from one object or several, which are not so large that they come without their zeros.</summary>
    /// <exception cref="SrpcException">The connection is lost.</exception>
    public async Task ReadAsync(Memory<byte> block)
    {
        while (!block.IsEmpty)
        {
            var count = await call.ReadBytesAsync(block);
            if (count == 0)
                throw new SrpcException("unexpected EOF");
            block = block[count..];
        }
    }

    /// <summary>The next object, which has to be read to its end.</summary>
    /// <param name="index">Its position in the call.</param>
    /// <param name="isHashed">False where it is hashed otherwise; then <see cref="ObjectContentStream.FinishAsync"/> returns nothing of use.</param>
    public ObjectContentStream OpenNext(int index, bool isHashed = true) => new(call, Sizes[index], isHashed ? hash : null, isSparse && Sizes[index] > SparseContent.MaxPlain);

    /// <summary>Receives all objects, and ends the call.</summary>
    /// <param name="receive">Gets for each its position among the hashes and its content. What it leaves unread is read for it.</param>
    /// <exception cref="SrpcException">One comes with another content, or the connection is lost.</exception>
    public async Task ReceiveAsync(IReadOnlyList<ObjectHash> hashes, Func<int, Stream, ValueTask> receive)
    {
        for (var index = 0; index < hashes.Count; index++)
        {
            using var content = OpenNext(index);
            await receive(index, content);
            if (await content.FinishAsync() is var actual && actual != hashes[index])
                throw new SrpcException($"object {hashes[index]} came with the content of {actual}");
        }
        await CloseAsync();
    }

    /// <summary>Ends the call when all was read; the connection is free for the next.</summary>
    public Task CloseAsync() => call.CloseAsync();

    public ValueTask DisposeAsync()
    {
        hash.Dispose();
        return call.DisposeAsync();
    }
}
