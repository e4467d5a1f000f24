using ImageSdk.Srpc.Gob;
using ImageSdk.Tests;

namespace ImageSdk.Srpc.Tests;

public class GobMemoryTests
{
    [Fact]
    public async Task Who_comes_too_late_waits_in_turn()
    {
        var memory = new GobMemory(100);
        var first = await memory.TakeAsync(60, default);
        var second = await memory.TakeAsync(40, default);
        var third = memory.TakeAsync(50, default).AsTask();
        var fourth = memory.TakeAsync(10, default).AsTask();
        Assert.Null(memory.TryTake(1));
        second.Dispose();
        second.Dispose();
        Assert.False(third.IsCompleted || fourth.IsCompleted);
        first.Dispose();
        using var taken = await third;
        using var other = await fourth;
        Assert.Null(memory.TryTake(41));
        Assert.NotNull(memory.TryTake(40));
    }

    [Fact]
    public async Task Who_gives_up_holds_nobody_up()
    {
        var memory = new GobMemory(100);
        var first = await memory.TakeAsync(60, default);
        using var cancellation = new CancellationTokenSource();
        var large = memory.TakeAsync(90, cancellation.Token).AsTask();
        var small = memory.TakeAsync(40, default).AsTask();
        Assert.False(small.IsCompleted);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => large);
        (await small).Dispose();
        first.Dispose();
        // More than there is waits for all of it.
        (await memory.TakeAsync(1000, default)).Dispose();
        Assert.NotNull(memory.TryTake(100));
    }

    [Fact]
    public async Task Large_messages_take_memory_and_give_it_back()
    {
        var memory = new GobMemory(8 << 20);
        var service = EchoService.Create();
        var server = new SrpcServer(new() { Memory = memory, Limits = new() { MaxValueBytes = 1 << 24, MaxDefinitions = 64 } }, [service]);
        var text = new string('x', 5 << 20);
        await Parallel.ForAsync(0, 6, new ParallelOptions { MaxDegreeOfParallelism = 6 }, async (_, _) =>
        {
            await using var connection = await server.ConnectAsync();
            for (var round = 0; round < 3; round++)
                Assert.Equal(text, await connection.EchoAsync(text));
        });
        // The last one gives it back when its answer has gone.
        await Wait.UntilAsync(() => memory.TryTake(8 << 20) is not null);
    }

    [Fact]
    public async Task What_is_given_back_is_collected_before_another_gets_it()
    {
        const int most = 100 << 20;
        GobMemory memory = null!;
        GobDecoder decoder = null!;
        var left = new List<(bool IsFree, int Held)>();
        memory = new GobMemory(most, () =>
        {
            var free = memory.TryTake(most);
            free?.Dispose();
            left.Add((free is not null, decoder.BufferBytes));
        });
        using var messages = new MemoryStream();
        var encoder = new GobEncoder(messages);
        foreach (var size in (int[])[70 << 20, 65 << 20, 5 << 20, 10])
            encoder.Write(GobTypes.Bytes, new byte[size]);
        messages.Position = 0;
        decoder = new GobDecoder(messages, new GobLimits { Memory = memory });
        Assert.Equal(70 << 20, (await decoder.ReadAsync(GobTypes.Bytes)).Length);
        Assert.Empty(left);
        Assert.Null(memory.TryTake(most - (65 << 20)));
        // Each large one lets go of its memory, has it collected, and only then gives it back.
        await decoder.ReadAsync(GobTypes.Bytes);
        Assert.Equal([(false, 0)], left);
        await decoder.ReadAsync(GobTypes.Bytes);
        Assert.Equal([(false, 0), (false, 0)], left);
        Assert.InRange(decoder.BufferBytes, 5 << 20, 6 << 20);
        // Five megabytes are not worth it.
        await decoder.ReadAsync(GobTypes.Bytes);
        decoder.Dispose();
        Assert.Equal(2, left.Count);
        Assert.NotNull(memory.TryTake(most));
    }

    [Fact]
    public async Task A_connection_that_is_lost_in_a_large_message_gives_it_back()
    {
        var memory = new GobMemory(8 << 20);
        var server = new SrpcServer(new() { Memory = memory }, [EchoService.Create()]);
        var (client, remote) = await DuplexPair.OpenAsync();
        var serving = server.AcceptAsync(remote, new SrpcPeer());
        using var whole = new MemoryStream();
        new GobEncoder(whole).Write(EchoService.TextType, new EchoService.Text { Value = new string('x', 7 << 20) });
        await client.WriteAsync("CONNECT /_goSRPC_/ HTTP/1.0\n\nTest.Echo\n"u8.ToArray());
        await client.WriteAsync(whole.ToArray().AsMemory(0, 6 << 20));
        await Wait.UntilAsync(() =>
        {
            var early = memory.TryTake(2 << 20);
            early?.Dispose();
            return early is null;
        });
        client.Dispose();
        await serving;
        Assert.NotNull(memory.TryTake(8 << 20));
    }
}
