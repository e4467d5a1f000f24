using ImageSdk.Jobs.Operations;

namespace ImageSdk.Jobs.Tests;

public class LeaseObserverTests
{
    static readonly TimeSpan Interval = TimeSpan.FromSeconds(15);

    readonly ManualClock clock = new() { Passed = TimeSpan.Zero };

    static ObservedLease Lease(string token, long beat, string? process = null)
        => new() { Id = 1, Token = token, Beat = beat, Lease = 60_000, Process = process };

    List<string> Look(LeaseObserver observer, int seconds, params ObservedLease[] leases)
    {
        clock.Passed = TimeSpan.FromSeconds(seconds);
        return [.. observer.Observe(leases).Select(lease => lease.Token)];
    }

    [Fact]
    public void A_lease_is_lost_when_its_counter_stands_still_for_its_time()
    {
        var observer = new LeaseObserver(clock, Interval);
        foreach (var seconds in new[] { 0, 15, 30, 45, 59 })
            Assert.Empty(Look(observer, seconds, Lease("a", 1)));
        Assert.Equal(["a"], Look(observer, 60, Lease("a", 1)));
    }

    [Fact]
    public void A_beat_begins_the_time_again()
    {
        var observer = new LeaseObserver(clock, Interval);
        for (var beat = 0; beat < 20; beat++)
            Assert.Empty(Look(observer, beat * 15, Lease("a", beat / 3)));
    }

    [Fact]
    public void A_new_claim_of_the_job_begins_the_time_again()
    {
        var observer = new LeaseObserver(clock, Interval);
        foreach (var seconds in new[] { 0, 15, 30, 45 })
            Assert.Empty(Look(observer, seconds, Lease("a", 1)));
        Assert.Empty(Look(observer, 60, Lease("b", 1)));
        Assert.Empty(Look(observer, 75, Lease("b", 1)));
    }

    [Fact]
    public void Time_in_which_no_one_looked_does_not_count()
    {
        var observer = new LeaseObserver(clock, Interval);
        Assert.Empty(Look(observer, 0, Lease("a", 1)));
        Assert.Empty(Look(observer, 15, Lease("a", 1)));
        // The database was away for a minute, or this process was stopped.
        Assert.Empty(Look(observer, 100, Lease("a", 1)));
        foreach (var seconds in new[] { 115, 130, 145 })
            Assert.Empty(Look(observer, seconds, Lease("a", 1)));
        Assert.Equal(["a"], Look(observer, 160, Lease("a", 1)));
    }

    [Fact]
    public void Setting_the_clock_changes_nothing()
    {
        var observer = new LeaseObserver(clock, Interval);
        foreach (var (seconds, step) in new[] { (0, 0), (15, 400), (30, -400), (45, 0), (59, 9000) })
        {
            clock.Step = TimeSpan.FromDays(step);
            Assert.Empty(Look(observer, seconds, Lease("a", 1)));
        }
        Assert.Equal(["a"], Look(observer, 60, Lease("a", 1)));
    }

    [Fact]
    public void A_process_of_this_machine_that_is_gone_is_lost_at_once()
    {
        using var process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("sleep", "60"))!;
        var alive = ProcessIdentity.Own!.Split('|')[..^2];
        var started = File.ReadAllText($"/proc/{process.Id}/stat").Split(") ")[1].Split(' ')[19];
        var identity = $"{string.Join('|', alive)}|{process.Id}|{started}";
        Assert.False(ProcessIdentity.IsGone(identity));
        Assert.False(ProcessIdentity.IsGone(ProcessIdentity.Own));
        Assert.True(ProcessIdentity.IsGone($"{string.Join('|', alive)}|{process.Id}|1"));

        process.Kill();
        process.WaitForExit();
        Assert.True(ProcessIdentity.IsGone(identity));
        Assert.Equal(["a"], Look(new(clock, Interval), 0, Lease("a", 1, identity), Lease("b", 1, ProcessIdentity.Own)));
    }

    [Fact]
    public void A_process_of_another_machine_is_never_known_to_be_gone()
    {
        var parts = ProcessIdentity.Own!.Split('|');
        parts[^2] = "4194303";
        Assert.True(ProcessIdentity.IsGone(string.Join('|', parts)));
        parts[0] += "-other";
        Assert.False(ProcessIdentity.IsGone(string.Join('|', parts)));
        Assert.False(ProcessIdentity.IsGone(null));
        Assert.False(ProcessIdentity.IsGone("nonsense"));
    }
}
