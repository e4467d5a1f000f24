using System.Collections.Concurrent;
using ImageSdk.Dominator.Transfer;
using ImageSdk.Images;
using ImageSdk.Srpc;

namespace ImageSdk.ImageServer.Tests;

/// <summary>Readers who let the server compare objects with their hashes.</summary>
public sealed class ObjectComparisonTests : IDisposable
{
    readonly ObjectServer server = new();

    public void Dispose() => server.Dispose();

    // One that goes in a block with others, one that is sent as a file, one that the client deems long.
    static byte[][] Contents { get; } = [.. ((int[])[100, 50_000, 3_000_000]).Select(length => TemporaryStore.Content(length, length))];

    static WantedObject[] Wanted { get; } = [.. Contents.Select(content => new WantedObject(ObjectHash.Of(content), (ulong)content.Length))];

    sealed class Sink : IObjectSink
    {
        public ConcurrentDictionary<int, byte[]> Taken { get; } = new();

        public void Take(int index, ReadOnlySpan<byte> content) => Taken[index] = content.ToArray();

        public async ValueTask TakeAsync(int index, Stream content, CancellationToken cancellation)
        {
            using var copy = new MemoryStream();
            await content.CopyToAsync(copy, cancellation);
            Taken[index] = copy.ToArray();
        }
    }

    async Task<Sink> FetchAsync(params WantedObject[] wanted)
    {
        var options = TransferOptions.Default with { LetsServerCompare = true, FirstPause = TimeSpan.FromMilliseconds(1) };
        await using var connections = new ServerConnections(_ => server.ConnectAsync());
        var sink = new Sink();
        await new ObjectFetch(connections, options).FetchAsync(wanted, sink);
        return sink;
    }

    async Task PushAsync() => await server.WithClientAsync(async client =>
    {
        await using var upload = await client.AddObjectsAsync();
        foreach (var content in Contents)
            await upload.AddAsync(content, ObjectHash.Of(content));
        await upload.FinishAsync();
    });

    void Damage(int index)
    {
        using var file = File.OpenWrite(server.Temporary.Store.GetPath(Wanted[index].Hash));
        file.Seek(-1, SeekOrigin.End);
        file.WriteByte((byte)~Contents[index][^1]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Good_objects_come(bool pushed)
    {
        if (pushed)
            await PushAsync();
        else
            Array.ForEach(Contents, content => server.Temporary.Store.Add(content));
        for (var round = 0; round < 2; round++)
        {
            var sink = await FetchAsync(Wanted);
            Assert.Equal(Contents, Enumerable.Range(0, Contents.Length).Select(index => sink.Taken[index]));
            Assert.DoesNotContain(0, server.Catalogue.ComparedAt([.. Wanted.Select(wanted => wanted.Hash)]));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_damaged_object_is_named_and_can_be_added_again(int index)
    {
        Array.ForEach(Contents, content => server.Temporary.Store.Add(content));
        Damage(index);
        var failure = await Assert.ThrowsAsync<SrpcException>(() => FetchAsync(Wanted));
        Assert.Equal($"object: {Wanted[index].Hash} is damaged on the server's disk: add it again", failure.Message);
        Assert.Null(server.Catalogue.SizeOf(Wanted[index].Hash));
        Assert.Contains($".quarantine/{Wanted[index].Hash}", server.Temporary.Files());
        await PushAsync();
        Assert.Equal(Contents[index], (await FetchAsync(Wanted)).Taken[index]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task An_object_that_changes_after_it_was_compared_is_compared_again(int index)
    {
        await PushAsync();
        await FetchAsync(Wanted);
        // The kernel's times of files have steps of some milliseconds.
        while (DateTime.UtcNow.Ticks < server.Catalogue.ComparedAt([Wanted[index].Hash])[0] + (50 * TimeSpan.TicksPerMillisecond))
            await Task.Delay(5);
        Damage(index);
        var failure = await Assert.ThrowsAsync<SrpcException>(() => FetchAsync(Wanted[index]));
        Assert.EndsWith("is damaged on the server's disk: add it again", failure.Message);
        // A harmless change, for instance of the owner, is only looked into.
        var other = (index + 1) % Contents.Length;
        File.SetLastWriteTimeUtc(server.Temporary.Store.GetPath(Wanted[other].Hash), DateTime.UtcNow);
        Assert.Equal(Contents[other], (await FetchAsync(Wanted[other])).Taken[0]);
    }

    [Fact]
    public async Task Several_damaged_objects_are_counted()
    {
        Array.ForEach(Contents, content => server.Temporary.Store.Add(content));
        Damage(1);
        Damage(2);
        var failure = await Assert.ThrowsAsync<SrpcException>(() => FetchAsync(Wanted[0], Wanted[1], Wanted[2]));
        Assert.EndsWith("and 1 others are damaged on the server's disk: add them again", failure.Message);
    }

    [Fact]
    public async Task Who_does_not_ask_is_served_as_by_the_original()
    {
        Array.ForEach(Contents, content => server.Temporary.Store.Add(content));
        Damage(1);
        await server.WithClientAsync(async client =>
        {
            // This client compares what comes.
            var failure = await Assert.ThrowsAsync<SrpcException>(() => client.GetObjectsAsync([.. Wanted.Select(wanted => wanted.Hash)], (_, _) => default));
            Assert.Contains($"{Wanted[1].Hash}", failure.Message);
        });
        Assert.NotNull(server.Catalogue.SizeOf(Wanted[1].Hash));
    }
}
