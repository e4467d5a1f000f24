using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using ImageSdk.Dominator;
using ImageSdk.Dominator.Transfer;
using ImageSdk.Images;
using ImageSdk.ImageServer.Tests.Replication;
using ImageSdk.Srpc;
using ImageSdk.Storage;
using ImageSdk.Tests;

namespace ImageSdk.ImageServer.Tests.Objects;

/// <summary>Files that are mostly holes take neither time on the network nor room on a disk, between servers and clients of ours.</summary>
public sealed class SparseTransferTests : IDisposable
{
    const long Size = (48 << 20) + 12345;
    const long Little = 2 << 20;

    readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("imagesdk-sparse-");
    readonly ObjectHash hash;

    public SparseTransferTests()
    {
        using (var file = File.Create(PathOf("sparse")))
        {
            file.Write("begin"u8);
            file.Position = 20 << 20;
            file.Write(RandomNumberGenerator.GetBytes(300_000));
            file.Position = Size - 3;
            file.Write("end"u8);
        }
        using var whole = File.OpenRead(PathOf("sparse"));
        hash = new(SHA512.HashData(whole));
    }

    public void Dispose() => directory.Delete(recursive: true);

    string PathOf(string name) => Path.Combine(directory.FullName, name);

    static ServerConnections Connect(int port) => new(new SrpcDialer(new()), SrpcAddress.Parse($"127.0.0.1:{port}"));

    static long RoomOf(string file)
    {
        using var process = Process.Start(new ProcessStartInfo("stat", ["--format=%b", file]) { RedirectStandardOutput = true })!;
        return 512 * long.Parse(process.StandardOutput.ReadToEnd(), CultureInfo.InvariantCulture);
    }

    async Task PushAsync(ServerConnections connections, string file = "sparse")
    {
        await using var push = new ObjectPush(connections, new OneFile(PathOf(file)));
        await push.OfferAsync(new OfferedBatch([new OfferedObject(hash, (ulong)Size)]));
        await push.FinishAsync();
    }

    [Fact]
    public async Task HolesAreNeitherSentNorStored()
    {
        // Without a socket by which connections of this machine pass the proxy.
        await using var server = await TestServer.StartAsync(options => options.UnixSocketPath = "");
        using var proxy = new CountingProxy(server.Port);
        await using var connections = Connect(proxy.Port);
        await PushAsync(connections);
        Assert.InRange(proxy.Bytes, 300_000, Little);
        var stored = new ObjectStore(server.ObjectDirectory);
        Assert.Equal((ulong)Size, stored.SizeOf(hash));
        Assert.InRange(RoomOf(stored.GetPath(hash)), 300_000, Little);

        var file = new RegularInode { Mode = InodeMode.Regular | Permissions.File, Size = (ulong)Size, Hash = hash };
        var tree = new FileSystemBuilder();
        tree.Add("/sparse", file);
        await (await server.ConnectImagesAsync()).AddImageAsync("sparse", new Image { FileSystem = tree.Build() });
        foreach (var letServerCompare in (bool[])[false, true])
        {
            var before = proxy.Bytes;
            var sink = new OneSink();
            await new ObjectFetch(connections, TransferOptions.Default with { LetsServerCompare = letServerCompare }).FetchAsync([new(hash, (ulong)Size)], sink);
            Assert.Equal((Size, hash), (sink.Length, sink.Hash));
            Assert.InRange(proxy.Bytes - before, 300_000, Little);
        }

        var beforeReplica = proxy.Bytes;
        await using var replica = await TestServer.StartAsync(options =>
            (options.MasterHost, options.MasterPort, options.ReplicationPause) = ("127.0.0.1", (ushort)proxy.Port, TimeSpan.FromMilliseconds(50)));
        await replica.UntilAsync(() => replica.Has("sparse"));
        Assert.InRange(proxy.Bytes - beforeReplica, 300_000, Little);
        Assert.InRange(RoomOf(new ObjectStore(replica.ObjectDirectory).GetPath(hash)), 300_000, Little);
    }

    [Fact]
    public async Task AFileThatChangedIsRefusedAsAWhole()
    {
        await using var server = await TestServer.StartAsync();
        File.Copy(PathOf("sparse"), PathOf("changed"));
        using (var file = File.OpenWrite(PathOf("changed")))
            file.Write("BEGIN"u8);
        await using var connections = Connect(server.Port);
        var refusal = await Assert.ThrowsAsync<SrpcException>(() => PushAsync(connections, "changed"));
        Assert.Contains("hash mismatch", refusal.Message, StringComparison.Ordinal);
        Assert.False(new ObjectStore(server.ObjectDirectory).Contains(hash));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(10 << 20, 1)]
    [InlineData(1, 10 << 20)]
    [InlineData(-1, 1)]
    [InlineData(1, long.MaxValue)]
    public async Task PartsThatDoNotFitEndTheConnectionAlone(long data, long zeros)
    {
        await using var server = await TestServer.StartAsync();
        var connection = await server.ConnectAsync();
        await using (var call = await connection.OpenCallAsync("ObjectServer.AddObjects"))
        {
            await call.WriteAsync(AddObjectRequest.GobWithExtensions, new() { Length = 10 << 20, Sparse = true });
            await call.WriteBytesAsync(Dominator.SparseContent.Header(new(0, data, zeros)));
            await call.FlushAsync();
            await Assert.ThrowsAsync<SrpcException>(() => call.ReadAsync(AddObjectResponse.Gob));
        }
        await (await server.ConnectAsync()).PingAsync();
        Assert.Empty(new ObjectStore(server.ObjectDirectory).Enumerate());
    }

    [GoToolsFact]
    public async Task AServerOfTheOriginalGetsAndSendsTheWhole()
    {
        await using var server = await GoServer.StartAsync();
        using var proxy = new CountingProxy(server.Port);
        await using var connections = Connect(proxy.Port);
        await PushAsync(connections);
        Assert.InRange(proxy.Bytes, Size, Size + Little);
        var sink = new OneSink();
        await new ObjectFetch(connections).FetchAsync([new(hash, (ulong)Size)], sink);
        Assert.Equal((Size, hash), (sink.Length, sink.Hash));
    }

    sealed class OneFile(string path) : IObjectSource
    {
        public Stream OpenRead(ObjectHash hash) => File.OpenRead(path);
    }

    sealed class OneSink : IObjectSink
    {
        public long Length { get; private set; }

        public ObjectHash Hash { get; private set; }

        public void Take(int index, ReadOnlySpan<byte> content) => Assert.Fail("It is a long one.");

        public async ValueTask TakeAsync(int index, Stream content, CancellationToken cancellation)
        {
            using var whole = IncrementalHash.CreateHash(HashAlgorithmName.SHA512);
            var block = new byte[1 << 18];
            Length = 0;
            for (int count; (count = await content.ReadAsync(block, cancellation)) > 0; Length += count)
                whole.AppendData(block, 0, count);
            Hash = new(whole.GetHashAndReset());
        }
    }
}
