using System.Buffers.Binary;
using ImageSdk.Dominator;
using ImageSdk.Hosting.Metrics;
using ImageSdk.ImageServer.Objects;
using ImageSdk.Images;
using ImageSdk.Srpc;
using ImageSdk.Tests;

namespace ImageSdk.ImageServer.Tests;

public sealed class UploadLimitsTests
{
    /// <summary>Sends objects in one call, and returns what the server says of each: empty, or the code of a refusal.</summary>
    static async Task<string[]> SendAsync(ObjectServer server, params byte[][] contents)
    {
        await using var connection = await server.ConnectAsync();
        await using var call = await connection.OpenCallAsync("ObjectServer.AddObjects");
        foreach (var content in contents)
            await SendAsync(call, content);
        var answers = await EndAsync(call, contents.Length);
        // What is refused costs neither the call nor the connection.
        await call.CloseAsync();
        await connection.PingAsync();
        return answers;
    }

    static async Task SendAsync(SrpcClientCall call, byte[] content)
    {
        await call.WriteAsync(AddObjectRequest.Gob, new() { Length = (ulong)content.Length, ExpectedHash = ObjectHash.Of(content) });
        await call.WriteBytesAsync(content);
    }

    static async Task<string[]> EndAsync(SrpcClientCall call, int count)
    {
        await call.WriteAsync(AddObjectRequest.Gob, new());
        await call.FlushAsync();
        var answers = new string[count];
        for (var index = 0; index < count; index++)
            answers[index] = (await call.ReadAsync(AddObjectResponse.Gob)).ErrorString.Split(':')[0];
        return answers;
    }

    static byte[] Content(int length, int seed = 1) => TemporaryStore.Content(length, seed);

    [Theory]
    [InlineData(10_000, 10_001)]
    [InlineData(3_000_000, 3_000_001)]
    public async Task One_object_is_bounded(int most, int more)
    {
        using var server = new ObjectServer(limits: new() { ObjectSize = (ulong)most });
        Assert.Equal(["", "IMG7300", ""], await SendAsync(server, Content(most), Content(more), Content(7)));
        Assert.Equal(2, server.Temporary.Files().Length);
        Assert.Empty(server.Failures);
    }

    /// <summary>Whoever listens need not send what is not taken.</summary>
    [Fact]
    public async Task A_large_object_is_refused_before_it_is_sent()
    {
        using var server = new ObjectServer(limits: new() { ObjectSize = 1 << 20 });
        await using var connection = await server.ConnectAsync();
        await using var call = await connection.OpenCallAsync("ObjectServer.AddObjects");
        await call.WriteAsync(AddObjectRequest.Gob, new() { Length = 1UL << 40 });
        await call.FlushAsync();
        Assert.StartsWith("IMG7300: the object has 1099511627776 bytes; this server takes objects of up to 1MiB", (await call.ReadAsync(AddObjectResponse.Gob)).ErrorString);
        Assert.Empty(server.Temporary.Files());
    }

    /// <summary>Sixteen bytes stand for an exbibyte of zeros, which would keep a processor busy for years.</summary>
    [Fact]
    public async Task Zeros_of_a_refused_object_are_never_made()
    {
        const ulong zeros = 1UL << 60;
        using var server = new ObjectServer(limits: new() { ObjectSize = 1UL << 30 });
        await using var connection = await server.ConnectAsync();
        await using var call = await connection.OpenCallAsync("ObjectServer.AddObjects");
        await call.WriteAsync(AddObjectRequest.GobWithExtensions, new() { Length = zeros + 200_000, Sparse = true });
        foreach (var (data, following) in ((int, ulong)[])[(100_000, zeros / 2), (100_000, zeros / 2)])
        {
            var header = new byte[16];
            BinaryPrimitives.WriteUInt64BigEndian(header, (ulong)data);
            BinaryPrimitives.WriteUInt64BigEndian(header.AsSpan(8), following);
            await call.WriteBytesAsync(header);
            await call.WriteBytesAsync(Content(data));
        }
        await SendAsync(call, Content(7));
        Assert.Equal(["IMG7300", ""], await EndAsync(call, 2));
        await call.CloseAsync();
        await connection.PingAsync();
        Assert.Single(server.Temporary.Files());
    }

    [Fact]
    public async Task Objects_of_one_upload_are_counted()
    {
        using var server = new ObjectServer(limits: new() { UploadCount = 2 });
        Assert.Equal(["", "", "IMG7301", "IMG7301"], await SendAsync(server, Content(1), Content(2), Content(3), Content(3_000_000)));
        Assert.Equal(["", ""], await SendAsync(server, Content(3), Content(3_000_000)));
        Assert.Equal(4, server.Temporary.Files().Length);
    }

    [Fact]
    public async Task Bytes_of_one_upload_are_counted()
    {
        using var server = new ObjectServer(limits: new() { UploadSize = 3_000_000 });
        Assert.Equal(["", "IMG7301", "", "IMG7301"], await SendAsync(server, Content(2_000_000), Content(2_000_000, 2), Content(1_000_000), Content(1)));
        Assert.Equal(2, server.Temporary.Files().Length);
    }

    [Fact]
    public async Task The_store_is_bounded_whoever_uploads()
    {
        using var server = new ObjectServer(limits: new() { StoreCount = 10 });
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(seed => SendAsync(server, Content(10, 2 * seed), Content(1_500_000, 2 * seed + 1))));
        Assert.Equal(10, answers.SelectMany(each => each).Count(answer => answer.Length == 0));
        Assert.Equal(6, answers.SelectMany(each => each).Count(answer => answer == "IMG7302"));
        Assert.Equal(10, server.Temporary.Files().Length);
        // What is here already may come again.
        Assert.Equal([""], await SendAsync(server, File.ReadAllBytes(server.Temporary[Path.Combine("objects", server.Temporary.Files()[0])])));
    }

    [Fact]
    public async Task Bytes_of_the_store_are_bounded_and_room_is_made()
    {
        var time = new ManualTime();
        using var server = new ObjectServer(time, limits: new() { StoreSize = 4_000_000 });
        server.Catalogue.MarkComplete();
        Assert.Equal(["", "", "IMG7302"], await SendAsync(server, Content(2_000_000), Content(1_900_000, 2), Content(200_000)));
        // A call with a failure does not keep its objects.
        var collector = new ObjectCollector(server.Catalogue, new() { Limits = server.Catalogue.Admission.Limits }, _ => { }) { Space = () => (900, 1000) };
        await Wait.UntilAsync(() =>
        {
            collector.Collect();
            return server.Catalogue.Statistics.Count <= 1;
        });
        Assert.Equal([""], await SendAsync(server, Content(200_000)));
    }

    [Fact]
    public async Task Objects_without_references_go_when_there_are_too_many()
    {
        using var server = new ObjectServer(limits: new() { StoreCount = 20 });
        server.Catalogue.MarkComplete();
        Assert.Equal("IMG7302", (await SendAsync(server, [.. Enumerable.Range(1, 21).Select(length => Content(length))]))[^1]);
        var collector = new ObjectCollector(server.Catalogue, new() { Limits = server.Catalogue.Admission.Limits }, _ => { }) { Space = () => (900, 1000) };
        await Wait.UntilAsync(() =>
        {
            collector.Collect();
            return server.Catalogue.Statistics.Count <= 18;
        });
        Assert.Equal(18, server.Catalogue.Statistics.Count);
    }

    [Theory]
    [InlineData(100_000)]
    [InlineData(2_000_000)]
    public async Task Some_of_the_disk_stays_free(int length)
    {
        using var server = new ObjectServer(limits: new() { Reserve = 10_000_000 });
        var troubles = new List<string>();
        server.Catalogue.OnTrouble = problem => troubles.Add(problem.Message);
        server.Catalogue.Admission.Space = () => new DiskSpace(20_000_000, 10_000_000 + (ulong)length);
        Assert.Equal(["IMG7303", ""], await SendAsync(server, Content(length), Content(length - 1)));
        Assert.Single(server.Temporary.Files());
    }

    /// <summary>Others may fill the disk while an object comes.</summary>
    [Fact]
    public async Task An_object_that_fills_the_disk_is_given_up_at_the_reserve()
    {
        var time = new ManualTime();
        using var server = new ObjectServer(time, limits: new() { Reserve = 10_000_000 });
        var free = 20_000_000UL;
        server.Catalogue.Admission.Space = () => new DiskSpace(40_000_000, free);
        await using var connection = await server.ConnectAsync();
        await using var call = await connection.OpenCallAsync("ObjectServer.AddObjects");
        await call.WriteAsync(AddObjectRequest.Gob, new() { Length = 4_000_000 });
        await call.WriteBytesAsync(Content(1_000_000));
        await call.FlushAsync();
        await Wait.UntilAsync(() => Directory.EnumerateFiles(server.Temporary.Store.Directory, "*", SearchOption.AllDirectories).Any());
        free = 10_000_001;
        time.Advance(TimeSpan.FromSeconds(2));
        await call.WriteBytesAsync(new byte[3_000_000]);
        Assert.Equal(["IMG7303"], await EndAsync(call, 1));
        Assert.Empty(server.Temporary.Files());
    }

    /// <summary>A file of holes takes the room of what is in it.</summary>
    [Fact]
    public async Task Holes_need_no_room()
    {
        using var server = new ObjectServer(limits: new() { Reserve = 10_000_000 });
        server.Catalogue.Admission.Space = () => new DiskSpace(40_000_000, 11_000_000);
        await using var connection = await server.ConnectAsync();
        await using var call = await connection.OpenCallAsync("ObjectServer.AddObjects");
        const int zeros = 50_000_000;
        await call.WriteAsync(AddObjectRequest.GobWithExtensions, new() { Length = zeros, Sparse = true });
        var header = new byte[16];
        BinaryPrimitives.WriteUInt64BigEndian(header.AsSpan(8), zeros);
        await call.WriteBytesAsync(header);
        Assert.Equal([""], await EndAsync(call, 1));
    }

    [Theory]
    [InlineData(10_000UL, 100UL)]
    [InlineData(1UL << 50, 1UL << 30)]
    public void By_default_a_share_of_the_disk_is_left(ulong total, ulong expected) => Assert.Equal(expected, new ObjectLimits { Reserve = null }.ReserveOf(total));

    [Fact]
    public async Task Flags_of_the_server_say_how_much()
    {
        await using var server = await TestServer.StartAsync(options => options.MaximumStoreCount = 2);
        await using var upload = await new ObjectServerClient(await server.ConnectAsync()).AddObjectsAsync();
        for (var length = 1; length <= 3; length++)
            await upload.AddAsync(Content(length), expected: null);
        var refusal = await Assert.ThrowsAsync<SrpcException>(upload.FinishAsync);
        Assert.StartsWith("IMG7302: this server has 2 objects and takes no more (-objectServerMaximumCount)", refusal.Message);
    }
}
