using ImageSdk.Dominator;
using ImageSdk.ImageServer.Objects;
using ImageSdk.Images;
using ImageSdk.Srpc;
using ImageSdk.Tests;

namespace ImageSdk.ImageServer.Tests;

public sealed class AddObjectsTests : IDisposable
{
    readonly ManualTime time = new();
    readonly ObjectServer server;

    public AddObjectsTests() => server = new(time);

    public void Dispose() => server.Dispose();

    static byte[][] Contents(int count) => [.. Enumerable.Range(0, count).Select(seed =>
        TemporaryStore.Content(seed % 40 == 39 ? 700_000 + seed : 1 + seed * 37, seed))];

    async Task AddAsync(IEnumerable<byte[]> contents, bool withHash = true) => await server.WithClientAsync(async client =>
    {
        await using var upload = await client.AddObjectsAsync();
        foreach (var content in contents)
            await upload.AddAsync(content, withHash ? ObjectHash.Of(content) : null);
        await upload.FinishAsync();
    });

    void AssertStored(IEnumerable<byte[]> contents)
    {
        foreach (var content in contents)
        {
            Assert.Equal((ulong)content.Length, server.Catalogue.SizeOf(ObjectHash.Of(content)));
            Assert.Equal(content, File.ReadAllBytes(server.Temporary.Store.GetPath(ObjectHash.Of(content))));
        }
        Assert.Equal(contents.Count(), server.Temporary.Files().Length);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Objects_of_all_sizes_are_stored(bool withHash)
    {
        var contents = Contents(200);
        await AddAsync(contents, withHash);
        AssertStored(contents);
        await AddAsync(contents, withHash);
        AssertStored(contents);
        Assert.Empty(server.Failures);
    }

    [Fact]
    public async Task What_is_new_is_told_from_what_is_not()
    {
        var contents = Contents(50);
        var added = new List<long>();
        foreach (var round in (byte[][][])[contents[..30], contents, contents])
        {
            await server.WithClientAsync(async client =>
            {
                await using var upload = await client.AddObjectsAsync();
                foreach (var content in round)
                    await upload.AddAsync(content, null);
                await upload.FinishAsync();
                added.Add(upload.AddedCount);
            });
        }
        Assert.Equal([30, 20, 0], added);
    }

    [Fact]
    public async Task Many_may_add_the_same_at_once()
    {
        var contents = Contents(120);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(seed => AddAsync(contents.OrderBy(content => HashCode.Combine(seed, content.Length)))));
        AssertStored(contents);
        Assert.Empty(server.Failures);
    }

    [Fact]
    public async Task A_wrong_hash_costs_its_own_object_only()
    {
        var contents = Contents(50);
        await using var connection = await server.ConnectAsync();
        await using var call = await connection.OpenCallAsync("ObjectServer.AddObjects");
        for (var index = 0; index < contents.Length; index++)
        {
            await call.WriteAsync(AddObjectRequest.Gob, new()
            {
                Length = (ulong)contents[index].Length,
                ExpectedHash = ObjectHash.Of(contents[index % 10 == 9 ? 0 : index]),
            });
            await call.WriteBytesAsync(contents[index]);
        }
        await call.WriteAsync(AddObjectRequest.Gob, new());
        await call.FlushAsync();
        for (var index = 0; index < contents.Length; index++)
        {
            var answer = await call.ReadAsync(AddObjectResponse.Gob);
            Assert.Equal(ObjectHash.Of(contents[index]), answer.Hash);
            Assert.Equal(
                index % 10 == 9 ? $"hash mismatch. Computed={answer.Hash}, expected={ObjectHash.Of(contents[0])}" : "", answer.ErrorString);
            Assert.Equal(index % 10 != 9, answer.Added);
        }
        await call.CloseAsync();
        await connection.PingAsync();
        AssertStored(contents.Where((_, index) => index % 10 != 9).ToList());
        // A call with a failure does not keep its objects.
        Assert.Equal(45, server.Catalogue.Statistics.UnreferencedCount);
    }

    [Fact]
    public async Task Whoever_waits_for_an_answer_gets_it()
    {
        await using var connection = await server.ConnectAsync();
        await using var call = await connection.OpenCallAsync("ObjectServer.AddObjects");
        await call.WriteAsync(AddObjectRequest.Gob, new() { Length = 5 });
        await call.WriteBytesAsync("hello"u8.ToArray());
        await call.FlushAsync();
        var answer = call.ReadAsync(AddObjectResponse.Gob);
        await Wait.UntilAsync(() =>
        {
            time.Advance(TimeSpan.FromSeconds(1));
            return answer.IsCompleted;
        });
        Assert.True((await answer).Added);
        Assert.Equal(5UL, server.Catalogue.SizeOf(ObjectHash.Of("hello"u8)));
    }

    [Theory]
    [InlineData(10, 1000)]
    [InlineData(600_000, 1_000_000)]
    [InlineData(10, long.MaxValue)]
    public async Task What_came_whole_before_the_connection_was_lost_is_stored_and_the_rest_vanishes(int sent, long announced)
    {
        var contents = Contents(50);
        await using (var connection = await server.ConnectAsync())
        await using (var call = await connection.OpenCallAsync("ObjectServer.AddObjects"))
        {
            foreach (var content in contents)
            {
                await call.WriteAsync(AddObjectRequest.Gob, new() { Length = (ulong)content.Length });
                await call.WriteBytesAsync(content);
            }
            await call.WriteAsync(AddObjectRequest.Gob, new() { Length = (ulong)announced });
            await call.WriteBytesAsync(new byte[sent]);
            await call.FlushAsync();
        }
        await Wait.UntilAsync(() => !server.Failures.IsEmpty);
        AssertStored(contents);
    }

    [Fact]
    public async Task What_was_added_is_kept_for_eleven_seconds()
    {
        server.Catalogue.MarkComplete();
        await AddAsync(Contents(5));
        Assert.Empty(server.Catalogue.ListUnreferenced());
        Assert.Throws<SrpcException>(() => server.Catalogue.DeleteUnreferenced(0, 1));
        // The pins are given a time after the answers are sent.
        await Wait.UntilAsync(() =>
        {
            time.Advance(TimeSpan.FromSeconds(10.9));
            return server.Catalogue.ListUnreferenced().Any();
        });
        server.Catalogue.DeleteUnreferenced(100, 0);
        Assert.Empty(server.Temporary.Files());
        Assert.Equal(default, server.Catalogue.Statistics);
    }

    [Fact]
    public async Task A_file_of_another_size_is_replaced()
    {
        var content = TemporaryStore.Content(1000);
        server.Temporary.Store.Add(content);
        File.WriteAllBytes(server.Temporary.Store.GetPath(ObjectHash.Of(content)), content[..500]);
        Assert.Equal(500UL, server.Catalogue.SizeOf(ObjectHash.Of(content)));
        await AddAsync([content]);
        AssertStored([content]);
    }

    /// <summary>Takes what it likes.</summary>
    sealed class Choosy : IObjectForwarder
    {
        public List<string> Forwarded { get; } = [];

        public async Task ForwardAsync(IReadOnlyList<ReceivedObject> objects, Func<ReceivedObject, Stream> open, CancellationToken cancellation)
        {
            foreach (var item in objects)
            {
                using var reader = new StreamReader(open(item));
                var text = await reader.ReadToEndAsync(cancellation);
                Forwarded.Add(text);
                if (text == "bad")
                    item.Refuse("no thanks");
            }
        }
    }

    [Fact]
    public async Task What_a_replica_receives_is_stored_once_its_master_has_taken_it()
    {
        var forwarder = new Choosy();
        using var replica = new ObjectServer(forwarder: forwarder);
        replica.Temporary.Store.Add("known"u8);
        await replica.WithClientAsync(async client =>
        {
            await using var upload = await client.AddObjectsAsync();
            foreach (var text in (string[])["good", "bad", "known", "good"])
                await upload.AddAsync(System.Text.Encoding.ASCII.GetBytes(text), null);
            Assert.Equal("no thanks", (await Assert.ThrowsAsync<SrpcException>(upload.FinishAsync)).Message);
        });
        Assert.Equal(["bad", "good", "known"], forwarder.Forwarded.Order());
        Assert.Null(replica.Catalogue.SizeOf(ObjectHash.Of("bad"u8)));
        Assert.Equal(4UL, replica.Catalogue.SizeOf(ObjectHash.Of("good"u8)));
        Assert.Equal(2, replica.Temporary.Files().Length);
    }
}
