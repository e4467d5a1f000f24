using System.Collections.Concurrent;
using ImageSdk.Dominator.Transfer;
using ImageSdk.Images;
using ImageSdk.Srpc;
using ImageSdk.Srpc.Tests;

namespace ImageSdk.Dominator.Tests.Transfer;

/// <summary>The methods that a transfer uses, over objects in memory, with connections that can be cut.</summary>
sealed class FakeServer : IAsyncDisposable
{
    readonly SrpcServer server;
    readonly TransferOptions options = new() { FirstPause = TimeSpan.Zero };

    public FakeServer()
    {
        server = new(new(),
        [
            new SrpcService("ObjectServer")
                .RequestReply("CheckObjects", CheckObjectsRequest.Gob, CheckObjectsResponse.Gob, CheckAsync)
                .Stream("AddObjects", AddAsync).Stream("GetObjects", GetAsync),
            new SrpcService("ImageServer")
                .RequestReply("AddImage", AddImageRequest.Gob, AddImageResponse.Gob, AddImageAsync),
        ]);
        Connections = new(ConnectAsync);
    }

    public ConcurrentDictionary<ObjectHash, byte[]> Objects { get; } = new();

    public ConcurrentDictionary<string, Image> Images { get; } = new();

    public ServerConnections Connections { get; }

    public TransferOptions Options => options;

    public int ConnectionCount { get; private set; }

    public int ReceivedCount;

    public int SentCount;

    /// <summary>Says, of the objects sent or received so far, whether the connection breaks now.</summary>
    public Func<int, bool> Breaks { get; set; } = _ => false;

    public Action BeforeAddImage { get; set; } = () => { };

    async Task<SrpcConnection> ConnectAsync(CancellationToken cancellation)
    {
        ConnectionCount++;
        var (client, remote) = await DuplexPair.OpenAsync();
        _ = server.AcceptAsync(remote, new SrpcPeer());
        return (await new SrpcDialer(SrpcClientOptions.Default).OpenAsync(client, SrpcEndpoint.Gob, false, cancellation))!;
    }

    Task<CheckObjectsResponse> CheckAsync(CheckObjectsRequest request, SrpcServerCall call) => Task.FromResult(new CheckObjectsResponse
    {
        ObjectSizes = [.. request.Hashes.Select(hash => Objects.TryGetValue(hash, out var content) ? (ulong)content.Length : 0)],
    });

    async Task AddAsync(SrpcServerCall call)
    {
        for (AddObjectRequest request; (request = await call.ReadAsync(AddObjectRequest.Gob)).Length > 0;)
        {
            var content = new byte[request.Length];
            await call.Stream.ReadExactlyAsync(content);
            var hash = ObjectHash.Of(content);
            var isWrong = request.ExpectedHash is { } expected && expected != hash;
            var added = !isWrong && Objects.TryAdd(hash, content);
            // Stored but not answered: as when a server dies.
            if (Breaks(Interlocked.Increment(ref ReceivedCount)))
                throw new IOException("cut");
            await call.WriteAsync(AddObjectResponse.Gob, new() { ErrorString = isWrong ? "hash mismatch" : "", Hash = hash, Added = added });
        }
    }

    async Task GetAsync(SrpcServerCall call)
    {
        var request = await call.ReadAsync(GetObjectsRequest.Gob);
        var missing = request.Hashes.Count(hash => !Objects.ContainsKey(hash));
        await call.WriteAsync(GetObjectsResponse.Gob, new()
        {
            ResponseString = missing > 0 ? $"{missing} unknown objects" : "",
            ObjectSizes = [.. request.Hashes.Select(hash => (ulong)(Objects.GetValueOrDefault(hash)?.Length ?? 0))],
        });
        foreach (var hash in missing > 0 ? [] : request.Hashes)
        {
            if (Breaks(Interlocked.Increment(ref SentCount)))
                throw new IOException("cut");
            await call.Stream.WriteAsync(Objects[hash]);
        }
    }

    Task<AddImageResponse> AddImageAsync(AddImageRequest request, SrpcServerCall call)
    {
        BeforeAddImage();
        var missing = ImageObjects.List(request.Image!).Keys.Count(hash => !Objects.ContainsKey(hash));
        if (missing > 0)
            throw new SrpcException($"{missing} objects are not available");
        Images[request.ImageName] = request.Image!;
        return Task.FromResult(new AddImageResponse());
    }

    public ValueTask DisposeAsync() => Connections.DisposeAsync();
}

/// <summary>Objects in memory.</summary>
sealed class MemoryObjects : IObjectSource
{
    readonly Dictionary<ObjectHash, byte[]> contents = [];

    public IReadOnlyDictionary<ObjectHash, byte[]> Contents => contents;

    public ObjectHash Add(byte[] content)
    {
        var hash = ObjectHash.Of(content);
        contents[hash] = content;
        return hash;
    }

    public Stream OpenRead(ObjectHash hash) => new MemoryStream(contents[hash], writable: false);
}
