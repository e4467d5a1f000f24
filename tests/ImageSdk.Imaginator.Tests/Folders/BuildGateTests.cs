using ImageSdk.Imaginator.Engine;

namespace ImageSdk.Imaginator.Tests.Folders;

public sealed class BuildGateTests
{
    static readonly TimeSpan soon = TimeSpan.FromSeconds(30);

    readonly BuildGate gate = new();

    Task<IDisposable> EnterAsync(Action? waiting = null) => gate.EnterAsync(waiting ?? (() => { }), CancellationToken.None);

    Task<IDisposable?> TryCloseAsync(TimeSpan patience) => gate.TryCloseAsync(patience, TimeProvider.System, CancellationToken.None);

    [Fact]
    public async Task Builds_do_not_wait_for_each_other()
    {
        using var first = await EnterAsync().WaitAsync(soon);
        using var second = await EnterAsync().WaitAsync(soon);
        Assert.Null(await TryCloseAsync(TimeSpan.Zero));
        using var third = await EnterAsync().WaitAsync(soon);
    }

    [Fact]
    public async Task Builds_that_begin_wait_while_it_is_closed()
    {
        var closed = await TryCloseAsync(TimeSpan.Zero);
        Assert.NotNull(closed);
        Assert.Null(await TryCloseAsync(TimeSpan.Zero));
        var told = false;
        var entering = EnterAsync(() => told = true);
        Assert.Equal((false, true), (entering.IsCompleted, told));
        closed.Dispose();
        using var inside = await entering.WaitAsync(soon);
        Assert.Null(await TryCloseAsync(TimeSpan.Zero));
    }

    [Fact]
    public async Task It_closes_when_the_last_build_ends()
    {
        var inside = new[] { await EnterAsync(), await EnterAsync() };
        var closing = TryCloseAsync(soon);
        var entering = EnterAsync();
        inside[0].Dispose();
        inside[0].Dispose();
        Assert.False(closing.IsCompleted);
        inside[1].Dispose();
        var closed = await closing.WaitAsync(soon);
        Assert.NotNull(closed);
        Assert.False(entering.IsCompleted);
        closed.Dispose();
        (await entering.WaitAsync(soon)).Dispose();
    }

    [Fact]
    public async Task A_wait_that_is_cancelled_lets_builds_in()
    {
        using var inside = await EnterAsync();
        using var stop = new CancellationTokenSource();
        var closing = gate.TryCloseAsync(soon, TimeProvider.System, stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => closing);
        (await EnterAsync().WaitAsync(soon)).Dispose();
        using var gone = new CancellationTokenSource();
        inside.Dispose();
        using var closed = await TryCloseAsync(TimeSpan.Zero);
        var entering = gate.EnterAsync(() => { }, gone.Token);
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => entering);
    }
}
