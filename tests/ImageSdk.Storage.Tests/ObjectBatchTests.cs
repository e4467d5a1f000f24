using ImageSdk.Images;

namespace ImageSdk.Storage.Tests;

public sealed class ObjectBatchTests : IDisposable
{
    readonly TemporaryDirectory directory = new();
    readonly ObjectStore store;

    public ObjectBatchTests() => store = new ObjectStore(directory["objects"]);

    public void Dispose() => directory.Dispose();

    static byte[] Content(int number) => BitConverter.GetBytes(number);

    static PendingObject Write(ObjectBatch batch, int number) => batch.Write(ObjectHash.Of(Content(number)), Content(number));

    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    public async Task ObjectsGetTheirNamesTogether(int count)
    {
        using var batch = store.BeginBatch();
        for (var number = 0; number < count; number++)
            Write(batch, number);
        await batch.FlushAsync();
        Assert.Empty(store.Enumerate());
        await batch.PublishAsync();
        Assert.Equal(count, store.Enumerate().Count());
        Assert.All(batch.Objects, item => Assert.Null(item.Failure));
        Assert.All(batch.Objects, item => Assert.Equal(ObjectCondition.Good, store.Verify(item.Hash)));
    }

    [Fact]
    public async Task WhatIsRefusedOrNotCommittedVanishes()
    {
        using (var batch = store.BeginBatch())
        {
            var refused = Write(batch, 1);
            Write(batch, 2);
            await batch.FlushAsync();
            refused.Refuse(new IOException("no"));
            await batch.PublishAsync();
            Write(batch, 3);
            using var spool = batch.CreateSpool();
            spool.Append(Content(4));
        }
        Assert.Equal([ObjectHash.Of(Content(2))], store.Enumerate().Select(item => item.Hash));
        Assert.Single(directory.Files());
    }

    [Fact]
    public async Task AnObjectThatCannotBeNamedFailsAlone()
    {
        var hash = ObjectHash.Of(Content(1));
        Directory.CreateDirectory(store.GetPath(hash));
        foreach (var count in (int[])[2, 20])
        {
            using var batch = store.BeginBatch();
            for (var number = 1; number <= count; number++)
                Write(batch, number);
            await batch.CommitAsync();
            Assert.All(batch.Objects, item => Assert.Equal(item.Hash == hash, item.Failure is not null));
        }
        Assert.Equal(19, directory.Files().Length);
    }

    [Fact]
    public async Task AnObjectInPiecesIsHashed()
    {
        var content = new byte[300_000];
        new Random(1).NextBytes(content);
        using var batch = store.BeginBatch();
        using var spool = batch.CreateSpool();
        foreach (var piece in content.Chunk(70_000))
            spool.Append(piece);
        var hash = spool.Finish();
        Assert.Equal(ObjectHash.Of(content), hash);
        var item = batch.Write(hash, spool);
        using (var pending = batch.OpenRead(item))
            Assert.Equal(content.Length, RandomAccess.GetLength(pending));
        await batch.CommitAsync();
        Assert.Equal(content, File.ReadAllBytes(store.GetPath(hash)));
    }

    /// <summary>A wait that has begun is not good enough for what was written since.</summary>
    [Fact]
    public async Task WaitsForTheDiskAreSharedByThoseWhoComeBeforeTheyBegin()
    {
        using var begun = new SemaphoreSlim(0);
        using var release = new SemaphoreSlim(0);
        var count = 0;
        var disk = new DiskSync(() =>
        {
            Interlocked.Increment(ref count);
            begun.Release();
            release.Wait();
        });
        var first = disk.RunAsync();
        await begun.WaitAsync();
        var others = Enumerable.Range(0, 10).Select(_ => disk.RunAsync()).ToArray();
        release.Release();
        await first;
        await begun.WaitAsync();
        Assert.All(others, other => Assert.False(other.IsCompleted));
        release.Release();
        await Task.WhenAll(others);
        Assert.Equal(2, count);
    }

    [Fact]
    public async Task AFailingDiskIsSaidToAllWhoWaitAndToNobodyElse()
    {
        var fails = true;
        var disk = new DiskSync(() =>
        {
            if (fails)
                throw new IOException("broken");
        });
        await Assert.ThrowsAsync<IOException>(disk.RunAsync);
        fails = false;
        await disk.RunAsync();
    }
}
