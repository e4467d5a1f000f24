using ImageSdk.Images;
using ImageSdk.Srpc;
using ImageSdk.Srpc.Tests;

namespace ImageSdk.Dominator.Tests;

/// <summary>Objects go to and come from a server that flushes as rarely as the original.</summary>
public class TransferTests
{
    readonly Dictionary<ObjectHash, byte[]> store = [];

    SrpcService Service() => new SrpcService("ObjectServer").Stream("AddObjects", AddAsync).Stream("GetObjects", GetAsync);

    async Task AddAsync(SrpcServerCall call)
    {
        for (AddObjectRequest request; (request = await call.ReadAsync(AddObjectRequest.Gob)).Length > 0;)
        {
            var content = new byte[request.Length];
            await call.Stream.ReadExactlyAsync(content);
            var hash = ObjectHash.Of(content);
            var isWrong = request.ExpectedHash is { } expected && expected != hash;
            await call.WriteAsync(AddObjectResponse.Gob, new()
            {
                ErrorString = isWrong ? "hash mismatch" : "",
                Hash = hash,
                Added = !isWrong && store.TryAdd(hash, content),
            });
        }
    }

    async Task GetAsync(SrpcServerCall call)
    {
        var request = await call.ReadAsync(GetObjectsRequest.Gob);
        await call.WriteAsync(GetObjectsResponse.Gob, new() { ObjectSizes = [.. request.Hashes.Select(hash => (ulong)store[hash].Length)] });
        foreach (var hash in request.Hashes)
            await call.Stream.WriteAsync(store[hash]);
    }

    async Task<SrpcConnection> ConnectAsync()
    {
        var (client, remote) = await DuplexPair.OpenAsync();
        _ = new SrpcServer(new(), [Service()]).AcceptAsync(remote, new SrpcPeer());
        return (await new SrpcDialer(SrpcClientOptions.Default).OpenAsync(client, SrpcEndpoint.Gob, false, default))!;
    }

    [Fact]
    public async Task Many_objects_go_up_and_come_down()
    {
        await using var connection = await ConnectAsync();
        var client = new ObjectServerClient(connection);
        byte[][] contents = [.. Enumerable.Range(0, 20_000).Select(BitConverter.GetBytes), new byte[3_000_000]];
        var upload = await client.AddObjectsAsync();
        foreach (var content in contents)
            await upload.AddAsync(content, ObjectHash.Of(content));
        await upload.AddAsync(contents[0], null);
        await upload.FinishAsync();
        Assert.Equal(contents.Length, upload.AddedCount);
        var received = 0;
        await client.GetObjectsAsync([.. contents.Select(content => ObjectHash.Of(content))], async (index, stream) =>
        {
            // Some are read, others left.
            if (index % 3 == 0)
                return;
            var content = new byte[stream.Length];
            await stream.ReadExactlyAsync(content);
            Assert.Equal(contents[index], content);
            received++;
        });
        Assert.Equal(13_334, received);
        await connection.PingAsync();
    }

    [Fact]
    public async Task A_refused_object_fails_the_upload_and_leaves_the_connection()
    {
        await using var connection = await ConnectAsync();
        await using var upload = await new ObjectServerClient(connection).AddObjectsAsync();
        await upload.AddAsync(new byte[] { 1 }, ObjectHash.Of([2]));
        var failure = await Assert.ThrowsAsync<SrpcException>(upload.FinishAsync);
        Assert.Equal("hash mismatch", failure.Message);
        await connection.PingAsync();
    }

    [Fact]
    public async Task Content_that_ends_early_gives_the_upload_up()
    {
        await using var connection = await ConnectAsync();
        await using (var upload = await new ObjectServerClient(connection).AddObjectsAsync())
            await Assert.ThrowsAsync<EndOfStreamException>(() => upload.AddAsync(new MemoryStream(new byte[3]), 5, null));
        Assert.True(connection.IsBroken);
        Assert.Empty(store);
    }

    [Fact]
    public async Task An_object_with_other_content_is_not_accepted()
    {
        var asked = ObjectHash.Of([1]);
        store[asked] = [2];
        await using var connection = await ConnectAsync();
        var failure = await Assert.ThrowsAsync<SrpcException>(() => new ObjectServerClient(connection).GetObjectsAsync([asked], (_, _) => default));
        Assert.StartsWith($"object {asked} came with the content of ", failure.Message);
    }
}
