using ImageSdk.Jobs.States;

namespace ImageSdk.Jobs.Tests;

public class JobTransitionTests
{
    [Fact]
    public void Nothing_happens_to_a_job_that_has_ended()
    {
        foreach (var state in Enum.GetValues<JobState>().Where(state => state.IsFinal()))
            foreach (var trigger in Enum.GetValues<JobTrigger>())
                Assert.Null(JobTransitions.Find(state, trigger));
    }

    [Fact]
    public void Whatever_ends_the_lease_of_a_cancelled_job_ends_the_job()
    {
        foreach (var trigger in new[] { JobTrigger.Complete, JobTrigger.Retry, JobTrigger.Fail, JobTrigger.Release })
            Assert.True(JobTransitions.Find(JobState.Cancelling, trigger)!.Value.State.IsFinal());
    }

    /// <summary>What was done before its worker heard of the cancellation is a result; nothing else is.</summary>
    [Theory]
    [InlineData("Complete", JobState.Succeeded)]
    [InlineData("Retry", JobState.Cancelled)]
    [InlineData("Fail", JobState.Cancelled)]
    [InlineData("Release", JobState.Cancelled)]
    public void A_cancelled_job_succeeds_only_where_its_work_is_done(string trigger, JobState state) =>
        Assert.Equal(state, JobTransitions.Find(JobState.Cancelling, Enum.Parse<JobTrigger>(trigger))!.Value.State);

    [Fact]
    public void A_job_is_leased_only_by_a_claim_and_claimed_only_from_the_queue()
    {
        foreach (var from in Enum.GetValues<JobState>().Where(state => !state.IsLeased()))
            foreach (var trigger in Enum.GetValues<JobTrigger>())
                if (JobTransitions.Find(from, trigger) is var (state, _) && state.IsLeased())
                    Assert.Equal((JobState.Queued, JobTrigger.Claim), (from, trigger));
        Assert.Null(JobTransitions.Find(JobState.Running, JobTrigger.Claim));
    }

    [Fact]
    public void Every_state_can_be_reached_and_left_until_the_end()
    {
        var reached = new HashSet<JobState> { JobState.Queued };
        for (var count = 0; count != reached.Count;)
        {
            count = reached.Count;
            foreach (var from in reached.ToList())
                foreach (var trigger in Enum.GetValues<JobTrigger>())
                    if (JobTransitions.Find(from, trigger) is var (state, _))
                        reached.Add(state);
        }
        Assert.Equal(Enum.GetValues<JobState>().ToHashSet(), reached);
    }
}
