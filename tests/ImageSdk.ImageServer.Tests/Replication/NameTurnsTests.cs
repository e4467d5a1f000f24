using ImageSdk.ImageServer.Replication;

namespace ImageSdk.ImageServer.Tests.Replication;

public class NameTurnsTests
{
    [Fact]
    public async Task TurnsComeInOrderAndOtherNamesDoNotWait()
    {
        var turns = new NameTurns();
        var first = turns.Enter("a");
        var second = turns.Enter("a");
        var other = turns.Enter("b");
        Assert.True(first.Begun.IsCompleted);
        Assert.False(second.Begun.IsCompleted);
        Assert.True(other.Begun.IsCompleted);
        first.Dispose();
        await second.Begun.WaitAsync(TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task WhoGivesUpHisPlaceDoesNotLetOthersPass()
    {
        var turns = new NameTurns();
        var first = turns.Enter("a");
        var impatient = turns.Enter("a");
        var last = turns.Enter("a");
        impatient.Dispose();
        Assert.False(last.Begun.IsCompleted);
        first.Dispose();
        await last.Begun.WaitAsync(TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task AQueueKeepsTheOrderOfANameAndSaysWhatStoppedIt()
    {
        await using var queue = new UpdateQueue(new(), concurrency: 3, TimeProvider.System, CancellationToken.None);
        var order = new List<int>();
        for (var number = 0; number < 100; number++)
        {
            var mine = number;
            await queue.AddAsync("a", async _ =>
            {
                await Task.Yield();
                order.Add(mine);
            });
        }
        await queue.DrainAsync();
        Assert.Equal(Enumerable.Range(0, 100), order);
        Assert.Null(queue.Oldest);
        await queue.AddAsync("b", _ => throw new IOException("no disk"));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(queue.DrainAsync);
        Assert.Equal("no disk", queue.Failure!.Message);
    }
}
