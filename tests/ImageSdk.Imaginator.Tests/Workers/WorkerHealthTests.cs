using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Imaginator.Git;
using ImageSdk.Imaginator.Workers;
using ImageSdk.Srpc;

namespace ImageSdk.Imaginator.Tests.Workers;

public sealed class WorkerHealthTests
{
    readonly List<string> lines = [];
    int drained;

    /// <summary>Time that passes when it is told to.</summary>
    sealed class Clock : TimeProvider
    {
        public long Seconds { get; set; }

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => Seconds;
    }

    WorkerHealth Create(TimeProvider time) => new(() =>
    {
        drained++;
        return Task.CompletedTask;
    }, lines.Add, time);

    [Fact]
    public async Task Several_faults_in_a_row_drain_the_worker()
    {
        var health = Create(new Clock());
        await health.FailAsync("broken");
        await health.FailAsync("broken");
        health.Works();
        await health.FailAsync("broken");
        await health.FailAsync("broken");
        Assert.Equal(0, drained);
        await health.FailAsync("broken disk");
        Assert.Equal(1, drained);
        Assert.All(lines, line => Assert.StartsWith("warning IMG7398: ", line, StringComparison.Ordinal));
        Assert.Contains("broken disk", lines[^2], StringComparison.Ordinal);
        await health.FailAsync("broken");
        Assert.Equal(1, drained);
    }

    [Fact]
    public async Task After_a_fault_others_get_the_next_builds()
    {
        var clock = new Clock();
        var health = Create(clock);
        Assert.True(health.WaitAsync(CancellationToken.None).IsCompletedSuccessfully);
        await health.FailAsync("broken");
        using var stop = new CancellationTokenSource();
        var waiting = health.WaitAsync(stop.Token);
        Assert.False(waiting.IsCompleted);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        // Longer than the queue waits with the next attempt.
        clock.Seconds = (long)new Jobs.JobQueueOptions().RetryDelay(1).TotalSeconds + 1;
        Assert.False(health.WaitAsync(new CancellationToken(true)).IsCompletedSuccessfully);
        clock.Seconds = 31;
        Assert.True(health.WaitAsync(CancellationToken.None).IsCompletedSuccessfully);
    }

    [Fact]
    public void What_is_built_is_not_the_machine_s_fault()
    {
        Assert.All<Exception>([new IOException("x"), new UnauthorizedAccessException(), new BuildException("IMG3005", "full"), new BuildException("IMG3006", "broken")], problem => Assert.True(WorkerHealth.IsMachineFault(problem)));
        Assert.All<Exception>([new BuildException("IMG3100", "script"), new GitException("gone"), new SrpcException("refused")], problem => Assert.False(WorkerHealth.IsMachineFault(problem)));
    }
}
