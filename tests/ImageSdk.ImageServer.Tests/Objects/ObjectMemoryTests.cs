using ImageSdk.Dominator;
using ImageSdk.ImageServer.Objects;
using ImageSdk.Images;

namespace ImageSdk.ImageServer.Tests;

/// <summary>How much memory things take. Nothing else may run meanwhile.</summary>
[Collection(nameof(ObjectMemoryTests))]
public sealed class ObjectMemoryTests
{
    [CollectionDefinition(nameof(ObjectMemoryTests), DisableParallelization = true)]
    public sealed class Alone;

    [Fact]
    public void A_million_objects_take_at_most_110_bytes_each()
    {
        const int count = 1_000_000;
        Span<byte> bytes = stackalloc byte[ObjectHash.Size];
        var random = new Random(3);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var table = new ObjectTable();
        for (var number = 0; number < count; number++)
        {
            random.NextBytes(bytes);
            table.Add(new ObjectHash(bytes), 1, 0);
        }
        var perObject = (GC.GetTotalMemory(forceFullCollection: true) - before) / (double)count;
        Assert.InRange(perObject, 80, 110);
        Assert.Equal(count, table.Statistics.Count);
    }

    /// <summary>The memory of a server does not follow what a caller announces.</summary>
    [Fact]
    public async Task A_large_object_is_received_in_little_memory()
    {
        using var server = new ObjectServer();
        const int length = 200_000_000;
        var block = TemporaryStore.Content(1_000_000);
        await using var connection = await server.ConnectAsync();
        await using var call = await connection.OpenCallAsync("ObjectServer.AddObjects");
        await call.WriteAsync(AddObjectRequest.Gob, new() { Length = length });
        var before = GC.GetTotalAllocatedBytes();
        for (var sent = 0; sent < length; sent += block.Length)
            await call.WriteBytesAsync(block);
        await call.WriteAsync(AddObjectRequest.Gob, new());
        await call.FlushAsync();
        var answer = await call.ReadAsync(AddObjectResponse.Gob);
        Assert.True(answer.Added);
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 20_000_000);
        Assert.Equal(length, new FileInfo(server.Temporary.Store.GetPath(answer.Hash)).Length);
    }
}
