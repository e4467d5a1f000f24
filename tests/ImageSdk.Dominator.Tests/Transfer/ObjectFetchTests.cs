using System.Collections.Concurrent;
using ImageSdk.Dominator.Transfer;
using ImageSdk.Images;
using ImageSdk.Srpc;

namespace ImageSdk.Dominator.Tests.Transfer;

public class ObjectFetchTests
{
    class Sink : IObjectSink
    {
        public ConcurrentDictionary<int, ObjectHash> Taken { get; } = new();

        public int LongCount;

        public void Take(int index, ReadOnlySpan<byte> content) => Assert.True(Taken.TryAdd(index, ObjectHash.Of(content)));

        public async ValueTask TakeAsync(int index, Stream content, CancellationToken cancellation)
        {
            using var copy = new MemoryStream();
            await content.CopyToAsync(copy, cancellation);
            Taken[index] = ObjectHash.Of(copy.ToArray());
            Interlocked.Increment(ref LongCount);
        }
    }

    sealed class KeepingSink : Sink, IKeepingSink
    {
        public int OpenCount;

        public async ValueTask<KeptObject> KeepAsync(int index, Stream content, CancellationToken cancellation)
        {
            var copy = new MemoryStream();
            await content.CopyToAsync(copy, cancellation);
            Taken[index] = ObjectHash.Of(copy.ToArray());
            Interlocked.Increment(ref LongCount);
            copy.Position = 0;
            Interlocked.Increment(ref OpenCount);
            return new(copy.Read, new Closing(() => Interlocked.Decrement(ref OpenCount)));
        }
    }

    sealed class Closing(Action close) : IDisposable
    {
        public void Dispose() => close();
    }

    static WantedObject[] Fill(FakeServer server, int count) =>
    [
        .. Enumerable.Range(0, count).Select(number =>
        {
            var content = new byte[number % 700 == 699 ? 9_000_000 : 4 + number % 3000];
            BitConverter.TryWriteBytes(content, number);
            var hash = ObjectHash.Of(content);
            server.Objects[hash] = content;
            return new WantedObject(hash, (ulong)content.Length);
        }),
    ];

    [Theory]
    [InlineData(int.MaxValue)]
    [InlineData(900)]
    [InlineData(1)]
    public async Task All_come_once_whatever_happens_to_the_connections(int period)
    {
        await using var server = new FakeServer();
        var wanted = Fill(server, 3000);
        var cuts = 5;
        server.Breaks = count => count % period == 0 && Interlocked.Decrement(ref cuts) >= 0;
        var sink = new Sink();
        var progress = new TransferProgress();
        await new ObjectFetch(server.Connections, server.Options, progress).FetchAsync(wanted, sink);
        Assert.Equal(wanted.Select(next => next.Hash), sink.Taken.OrderBy(taken => taken.Key).Select(taken => taken.Value));
        Assert.InRange(sink.LongCount, 4, 9);
        Assert.Equal((3000, wanted.Sum(next => (long)next.Size)), (progress.ObjectCount, progress.ByteCount));
    }

    // The fake server does not compare, as the original does not: then the client does although it need not.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Wrong_content_is_an_error_and_never_reaches_the_sink(bool letServerCompare)
    {
        await using var server = new FakeServer();
        var wanted = Fill(server, 10);
        server.Objects[wanted[3].Hash][0] ^= 1;
        var sink = new Sink();
        var failure = await Assert.ThrowsAsync<InvalidDataException>(
            () => new ObjectFetch(server.Connections, server.Options with { LetsServerCompare = letServerCompare }).FetchAsync(wanted, sink));
        Assert.StartsWith($"object {wanted[3].Hash} came with the content of ", failure.Message);
        Assert.DoesNotContain(3, sink.Taken.Keys);
    }

    [Theory]
    [InlineData(int.MaxValue)]
    [InlineData(300)]
    [InlineData(1)]
    public async Task What_can_be_read_again_is_compared_then(int period)
    {
        await using var server = new FakeServer();
        var wanted = Fill(server, 2200);
        var cuts = 5;
        server.Breaks = count => count % period == 0 && Interlocked.Decrement(ref cuts) >= 0;
        var sink = new KeepingSink();
        await new ObjectFetch(server.Connections, server.Options).FetchAsync(wanted, sink);
        Assert.Equal(wanted.Select(next => next.Hash), sink.Taken.OrderBy(taken => taken.Key).Select(taken => taken.Value));
        Assert.Equal((3, 0), (sink.LongCount, sink.OpenCount));
    }

    [Fact]
    public async Task Wrong_content_of_a_long_object_is_an_error_and_nothing_stays_open()
    {
        await using var server = new FakeServer();
        var wanted = Fill(server, 1400);
        server.Objects[wanted[699].Hash][8_999_999] ^= 1;
        var sink = new KeepingSink();
        var failure = await Assert.ThrowsAsync<InvalidDataException>(
            () => new ObjectFetch(server.Connections, server.Options).FetchAsync(wanted, sink));
        Assert.StartsWith($"object {wanted[699].Hash} came with the content of ", failure.Message);
        Assert.Equal(0, sink.OpenCount);
    }

    [Fact]
    public async Task An_unknown_object_is_the_server_s_answer()
    {
        await using var server = new FakeServer();
        var failure = await Assert.ThrowsAsync<SrpcException>(
            () => new ObjectFetch(server.Connections, server.Options).FetchAsync([new(ObjectHash.Of([1]), 1)], new Sink()));
        Assert.True(failure.IsFromServer);
    }

    [Fact]
    public async Task A_size_that_differs_is_an_error_before_anything_is_read()
    {
        await using var server = new FakeServer();
        var wanted = Fill(server, 3);
        wanted[1] = wanted[1] with { Size = 1 };
        var sink = new Sink();
        await Assert.ThrowsAsync<InvalidDataException>(() => new ObjectFetch(server.Connections, server.Options).FetchAsync(wanted, sink));
        Assert.Empty(sink.Taken);
    }
}
