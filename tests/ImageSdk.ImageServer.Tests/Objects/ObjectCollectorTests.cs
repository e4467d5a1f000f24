using ImageSdk.ImageServer.Objects;
using ImageSdk.Images;
using ImageSdk.Srpc;
using ImageSdk.Tests;

namespace ImageSdk.ImageServer.Tests;

public sealed class ObjectCollectorTests : IDisposable
{
    readonly TemporaryStore temporary = new();

    public void Dispose() => temporary.Dispose();

    static void Put(ObjectCatalogue catalogue, params int[] lengths)
    {
        // One after the other, so that the order is known.
        foreach (var length in lengths)
            catalogue.SizeOf(catalogue.Store.Add(TemporaryStore.Content(length)).Hash);
    }

    int[] Rest => [.. temporary.Files().Select(name => (int)new FileInfo(Path.Combine(temporary.Store.Directory, name)).Length).Order()];

    [Theory]
    // Size rule: unreferenced, available, capacity; start and stop in bytes.
    [InlineData(100, 50, 100, 80, 30, 70)]
    [InlineData(80, 50, 100, 80, 30, 0)]
    [InlineData(100, 50, 100, 0, 0, 0)]
    [InlineData(100, 50, 100, 30, 30, 0)]
    // Percent rule: 95 to 90 of what is used.
    [InlineData(0, 60, 1000, 0, 0, 0)]
    [InlineData(0, 50, 1000, 0, 0, 50)]
    [InlineData(0, 0, 1000, 0, 0, 100)]
    // The larger one wins.
    [InlineData(500, 50, 1000, 100, 10, 490)]
    [InlineData(120, 0, 1000, 100, 50, 100)]
    [InlineData(0, 0, 0, 0, 0, 0)]
    public void The_rules_are_those_of_the_original(ulong unreferenced, ulong available, ulong capacity, ulong start, ulong stop, ulong expected) =>
        Assert.Equal(expected, new ObjectCollectorOptions { StartSize = start, StopSize = stop }.BytesToDelete(unreferenced, available, capacity));

    [Theory]
    [InlineData(0, 0, 9901, 0)]
    [InlineData(0, 0, 9900, 100)]
    [InlineData(500, 500, 101, 0)]
    [InlineData(500, 500, 100, 100)]
    public void Percentages_are_brought_into_order(int start, int stop, ulong available, ulong expected) =>
        Assert.Equal(expected, new ObjectCollectorOptions { StartPercent = start, StopPercent = stop }.BytesToDelete(0, available, 10_000));

    [Fact]
    public void The_oldest_go_until_both_measures_are_reached()
    {
        var catalogue = temporary.Open();
        Put(catalogue, 10, 20, 30, 40, 50);
        Assert.Throws<SrpcException>(() => catalogue.DeleteUnreferenced(1, 1));
        catalogue.MarkComplete();
        Assert.Equal([10UL, 20UL, 30UL, 40UL, 50UL], catalogue.ListUnreferenced().Select(item => item.Size));
        catalogue.DeleteUnreferenced(0, 0);
        Assert.Equal(5, Rest.Length);
        catalogue.DeleteUnreferenced(20, 11);
        Assert.Equal([30, 40, 50], Rest);
        catalogue.DeleteUnreferenced(67, 1);
        Assert.Equal([50], Rest);
        Assert.Equal("no more objects to delete", Assert.Throws<SrpcException>(() => catalogue.DeleteUnreferenced(0, 51)).Message);
        Assert.Empty(Rest);
    }

    [Fact]
    public async Task Deleting_ends_when_it_is_cancelled()
    {
        var catalogue = temporary.Open();
        Put(catalogue, [.. Enumerable.Range(1, 600)]);
        catalogue.MarkComplete();
        using var cancellation = new CancellationTokenSource();
        // Held up at an object in the midst of them.
        var held = catalogue.ListUnreferenced().ElementAt(300).Hash;
        Task deleting;
        lock (catalogue.Store.NameLock(held))
        {
            deleting = Task.Run(() => catalogue.DeleteUnreferenced(100, 0, cancellation.Token));
            Assert.True(SpinWait.SpinUntil(() => catalogue.Statistics.UnreferencedCount <= 595, Wait.Patience));
            cancellation.Cancel();
        }
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => deleting);
        Assert.InRange(catalogue.Statistics.UnreferencedCount, 1, 595);
        Assert.Equal(catalogue.Statistics.Count, Rest.Length);
        catalogue.DeleteUnreferenced(100, 0);
        Assert.Empty(Rest);
    }

    [Fact]
    public void What_is_referred_to_stays_and_gets_young_again()
    {
        var catalogue = temporary.Open();
        Put(catalogue, 10, 20, 30);
        catalogue.MarkComplete();
        var use = new ObjectUse(ObjectHash.Of(TemporaryStore.Content(10)), 10, 1);
        catalogue.AddReferences([use]);
        Assert.Throws<SrpcException>(() => catalogue.DeleteUnreferenced(0, 100));
        Assert.Equal([10], Rest);
        Put(catalogue, 40);
        catalogue.DropReferences([use]);
        Assert.Equal([40UL, 10UL], catalogue.ListUnreferenced().Select(item => item.Size));
    }

    [Fact]
    public async Task The_loop_makes_room_and_says_once_when_it_cannot()
    {
        var time = new ManualTime();
        var catalogue = temporary.Open(time);
        Put(catalogue, 10, 20, 30);
        var available = 50UL;
        var looks = 0;
        var reports = new List<string>();
        var collector = new ObjectCollector(catalogue, new(), reports.Add)
        {
            Space = () =>
            {
                Interlocked.Increment(ref looks);
                return (available, 1000);
            },
        };
        using var stop = new CancellationTokenSource();
        var running = collector.RunAsync(stop.Token);
        Task UntilLookedAsync()
        {
            var before = Volatile.Read(ref looks);
            return Wait.UntilAsync(() =>
            {
                time.Advance(TimeSpan.FromSeconds(1));
                return Volatile.Read(ref looks) >= before + 2;
            });
        }

        for (var second = 0; second < 20; second++)
            time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(0, looks);
        catalogue.MarkComplete();
        available = 51;
        await UntilLookedAsync();
        Assert.Equal(3, Rest.Length);
        available = 50;
        await UntilLookedAsync();
        Assert.Empty(Rest);
        await UntilLookedAsync();
        await UntilLookedAsync();
        stop.Cancel();
        await running;
        Assert.Single(reports);
    }

    [Fact]
    public void Space_is_that_of_the_file_system()
    {
        var catalogue = temporary.Open();
        var (available, capacity) = new ObjectCollector(catalogue, new(), _ => { }).Space();
        Assert.InRange(available, 0UL, capacity);
        Assert.True(capacity > 0);
    }

    /// <summary>Uploads and collection of the same objects at once: what was confirmed and is pinned is there.</summary>
    [Fact]
    public async Task Collecting_and_uploading_the_same_objects_do_not_harm_each_other()
    {
        var time = new ManualTime();
        using var server = new ObjectServer(time);
        server.Catalogue.MarkComplete();
        var contents = Enumerable.Range(1, 20).Select(length => TemporaryStore.Content(length, length)).ToArray();
        var done = false;
        var collecting = Task.Run(() =>
        {
            while (!Volatile.Read(ref done))
            {
                time.Advance(TimeSpan.FromSeconds(12));
                Assert.Throws<SrpcException>(() => server.Catalogue.DeleteUnreferenced(0, ulong.MaxValue));
            }
        });
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => server.WithClientAsync(async client =>
        {
            for (var round = 0; round < 30; round++)
            {
                await using var upload = await client.AddObjectsAsync();
                foreach (var content in contents)
                    await upload.AddAsync(content, ObjectHash.Of(content));
                await upload.FinishAsync();
                using var pins = new ObjectPins(server.Catalogue);
                var sizes = server.Catalogue.Pin([.. contents.Select(content => ObjectHash.Of(content))], pins);
                for (var index = 0; index < sizes.Length; index++)
                    if (sizes[index] > 0)
                        Assert.Equal(contents[index], File.ReadAllBytes(server.Temporary.Store.GetPath(ObjectHash.Of(contents[index]))));
            }
        })));
        Volatile.Write(ref done, true);
        await collecting;
        Assert.Empty(server.Failures);
    }
}
