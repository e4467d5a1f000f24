using ImageSdk.Images;
using ImageSdk.Srpc;

namespace ImageSdk.Dominator;

/// <summary>An imaginator that builds projects for other machines: the service "RemoteBuilder", which the original has not.</summary>
/// <param name="connection">May be shared with others; stays the caller's.</param>
public sealed class RemoteBuilderClient(SrpcConnection connection)
{
    /// <summary>Objects of files of projects that the imaginator does not have.</summary>
    /// <returns>Positions in the list.</returns>
    /// <exception cref="SrpcException">It refuses, or the connection is lost.</exception>
    public async Task<IReadOnlyList<int>> FindMissingAsync(IReadOnlyList<ObjectHash> hashes, CancellationToken cancellation = default)
    {
        var reply = await connection.CallAsync("RemoteBuilder.CheckObjects", CheckObjectsRequest.Gob, new() { Hashes = hashes }, CheckObjectsResponse.Gob, cancellation);
        return reply.ObjectSizes.Count == hashes.Count
            ? [.. Enumerable.Range(0, hashes.Count).Where(index => reply.ObjectSizes[index] == 0)]
            : throw new SrpcException($"the server answered {reply.ObjectSizes.Count} sizes for {hashes.Count} objects");
    }

    /// <summary>Begins to send objects. Nothing else can go over the connection until that is finished or disposed of.</summary>
    public async Task<ObjectUpload> AddObjectsAsync(CancellationToken cancellation = default) =>
        new(await connection.OpenCallAsync("RemoteBuilder.AddObjects", cancellation), cancellation);

    /// <summary>Has a project built. Who goes away ends the build.</summary>
    /// <param name="tell">Is given each answer but the last.</param>
    /// <param name="receive">Is given each file that is sent, and has to read it to its end.</param>
    /// <returns>The last answer.</returns>
    /// <exception cref="SrpcException">The imaginator refuses, or the connection is lost.</exception>
    public async Task<BuildProjectResponse> BuildAsync(
        BuildProjectRequest request, Action<BuildProjectResponse> tell, Func<BuiltFile, Func<Memory<byte>, ValueTask<int>>, Task> receive, CancellationToken cancellation = default)
    {
        await using var call = await connection.OpenCallAsync("RemoteBuilder.Build", cancellation);
        await call.WriteAsync(BuildProjectRequest.Gob, request);
        await call.FlushAsync();
        while (true)
        {
            var response = await call.ReadAsync(BuildProjectResponse.Gob);
            if (response.News is not (BuildProjectNews.Built or BuildProjectNews.Error or BuildProjectNews.Missing))
            {
                tell(response);
                continue;
            }
            await ReceiveAsync(call, response.Result.Files, receive);
            return response;
        }
    }

    /// <summary>Fetches objects of an image that was built for the caller, in the order of the hashes. Contents are compared with them.</summary>
    /// <param name="build">As <see cref="BuildProjectResult.Build"/> names it.</param>
    /// <param name="receive">Gets for each its position and its content.</param>
    /// <exception cref="SrpcException">The imaginator no longer has the build or its contents, or the connection is lost.</exception>
    public async Task GetObjectsAsync(string build, IReadOnlyList<ObjectHash> hashes, Func<int, Stream, ValueTask> receive, CancellationToken cancellation = default)
    {
        await using var download = await ObjectDownload.OpenAsync(connection, new BuiltContentRequest { Build = build, Hashes = hashes }, cancellation);
        await download.ReceiveAsync(hashes, receive);
    }

    /// <summary>Fetches what a NuGet package carries of an image that was built for the caller, beside its record.</summary>
    /// <param name="build">As <see cref="BuildProjectResult.Build"/> names it.</param>
    /// <param name="receive">Is given each file, and has to read it to its end.</param>
    /// <exception cref="SrpcException">The imaginator no longer has the build or its contents, or the connection is lost.</exception>
    public async Task PackAsync(string build, Func<BuiltFile, Func<Memory<byte>, ValueTask<int>>, Task> receive, CancellationToken cancellation = default)
    {
        await using var call = await connection.OpenCallAsync("RemoteBuilder.Pack", cancellation);
        await call.WriteAsync(BuiltContentRequest.Gob, new() { Build = build });
        await call.FlushAsync();
        var response = await call.ReadAsync(BuiltPackageResponse.Gob);
        await ReceiveAsync(call, response.Files, receive);
        ImageServerClient.ThrowIfFailed(response.ErrorString);
    }

    static async Task ReceiveAsync(SrpcClientCall call, IReadOnlyList<BuiltFile> files, Func<BuiltFile, Func<Memory<byte>, ValueTask<int>>, Task> receive)
    {
        foreach (var file in files.Where(file => file.IsSent))
        {
            var left = file.Size;
            await receive(file, async buffer =>
            {
                if (left == 0)
                    return 0;
                var count = await call.ReadBytesAsync(buffer[..(int)Math.Min((ulong)buffer.Length, left)]);
                left -= (ulong)count;
                return count > 0 ? count : throw new SrpcException("the stream ends in a file");
            });
        }
        await call.CloseAsync();
    }
}
