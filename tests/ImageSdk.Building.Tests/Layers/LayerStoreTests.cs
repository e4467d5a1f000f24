using ImageSdk.Building.State;
using ImageSdk.Layers;
using ImageSdk.Tests;

namespace ImageSdk.Building.Tests.Layers;

public sealed class LayerStoreTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("imagesdk-layers-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    LayerStore New()
    {
        var store = new LayerStore(folder, 7);
        store.CreateDirectories();
        return store;
    }

    [Fact]
    public async Task Builds_share_the_cache_and_a_clean_up_waits_its_turn()
    {
        var store = New();
        using (await store.HoldAsync(() => Assert.Fail("waited"), CancellationToken.None))
        using (await store.HoldAsync(() => Assert.Fail("waited"), CancellationToken.None))
            Assert.Null(store.TryLockForRemoval());
        var removal = store.TryLockForRemoval();
        Assert.NotNull(removal);
        Assert.Null(store.TryLockForRemoval());
        var told = false;
        var waiting = store.HoldAsync(() => told = true, CancellationToken.None);
        Assert.True(told);
        Assert.False(waiting.IsCompleted);
        removal.Dispose();
        (await waiting).Dispose();
    }

    [Fact]
    public void A_generation_has_an_age_unless_a_clock_was_wrong()
    {
        var clock = new SetClock(new(2026, 2, 28, 23, 30, 0, TimeSpan.Zero));
        var store = new LayerStore(folder, 7, clock);
        var key = StreamGeneration.KeyOf("stream");
        Assert.Null(store.AgeOfGeneration(key));
        store.StartGeneration(key);
        clock.Now += TimeSpan.FromHours(2);
        Assert.Equal(TimeSpan.FromHours(2), store.AgeOfGeneration(key));
        clock.Now -= TimeSpan.FromDays(1);
        Assert.Null(store.AgeOfGeneration(key));
    }

    [Fact]
    public void Layers_of_a_stack_are_used_at_one_time()
    {
        var clock = new SetClock(new(2026, 2, 28, 23, 30, 0, TimeSpan.Zero));
        var store = new LayerStore(folder, 7, clock);
        store.CreateDirectories();
        foreach (var id in new[] { "a", "b" })
            Directory.CreateDirectory(store.LayerDirectory(id));
        store.MarkUsed(["a", "gone", "b"]);
        Assert.Equal(clock.Now, store.LastUsed("a"));
        Assert.Equal(clock.Now, store.LastUsed("b"));
    }

    [Fact]
    public async Task Of_many_who_make_a_layer_one_does_at_a_time()
    {
        var store = New();
        int inside = 0, most = 0;
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            for (var round = 0; round < 50; round++)
            {
                using (await store.LockAsync("layer", () => { }, CancellationToken.None))
                {
                    var now = Interlocked.Increment(ref inside);
                    most = Math.Max(most, now);
                    Thread.SpinWait(100);
                    Interlocked.Decrement(ref inside);
                }
            }
        })));
        Assert.Equal(1, most);
        Assert.Empty(Directory.EnumerateFiles(store.LocksDirectory));
    }

    [Fact]
    public async Task Waiting_for_a_clean_up_can_be_cancelled()
    {
        var store = New();
        using var removal = store.TryLockForRemoval();
        using var cancellation = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.HoldAsync(cancellation.Cancel, cancellation.Token));
    }

    [Fact]
    public void A_layer_is_as_old_as_its_last_use()
    {
        var store = New();
        Directory.CreateDirectory(store.LayerDirectory("a"));
        File.WriteAllText(store.IndexFile("a"), "");
        var made = new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        File.SetLastWriteTimeUtc(store.IndexFile("a"), made);
        Assert.Equal(made, store.LastUsed("a").UtcDateTime);
        store.MarkUsed(["a", "gone"]);
        Assert.True(store.LastUsed("a") > made);
        File.SetLastWriteTimeUtc(store.UsedFile("a"), made);
        store.MarkUsed(["a"]);
        Assert.True(store.LastUsed("a").UtcDateTime > made);
        Assert.False(Directory.Exists(store.LayerDirectory("gone")));
    }
}
