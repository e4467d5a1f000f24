using ImageSdk.Jobs.Running;
using ImageSdk.Jobs.Tests.Stores;
using static ImageSdk.Jobs.Tests.JobTestExtensions;

namespace ImageSdk.Jobs.Tests;

/// <summary>Workers that a queue knows of.</summary>
public sealed class WorkerPresenceTests
{
    static readonly WorkerProfile profile = new("ärm 1", ["build"]) { Architectures = ["arm64"], Labels = ["big", "fast disk"] };

    [Theory, OnSqlite, OnPostgres]
    public async Task A_worker_is_listed_with_what_it_does(Store store)
    {
        await using var place = await JobPlace.CreateAsync(store);
        var queue = await place.OpenAsync();
        var presence = new WorkerPresence(queue, profile, 3);
        await presence.RegisterAsync();
        await queue.SubmitAsync(new("build", "alice", "") { Architecture = "arm64", Labels = ["big"] });
        var lease = (await queue.TryClaimAsync(profile))!;
        var known = Assert.Single(await queue.WorkersAsync());
        Assert.Equal((profile.Name, 3, false, lease.Job.Id), (known.Profile.Name, known.Slots, known.IsDraining, Assert.Single(known.Running).Id));
        Assert.Equal(["arm64"], known.Profile.Architectures);
        Assert.Equal(["big", "fast disk"], known.Profile.Labels);
        Assert.True(known.CanDo(lease.Job));
        Assert.False(known.CanDo(lease.Job with { Architecture = "amd64" }));
        Assert.False(known.CanDo(lease.Job with { Labels = ["small"] }));
        await presence.LeaveAsync();
        Assert.Empty(await queue.WorkersAsync());
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task A_worker_that_drains_is_given_no_jobs(Store store)
    {
        await using var place = await JobPlace.CreateAsync(store);
        var queue = await place.OpenAsync();
        var presence = new WorkerPresence(queue, profile, 1);
        await presence.RegisterAsync();
        Assert.True(await queue.DrainAsync(profile.Name, drain: true));
        Assert.False(await queue.DrainAsync("none", drain: true));
        await queue.SubmitAsync(new("build", "alice", ""));
        Assert.Null(await queue.TryClaimAsync(profile));
        // It still does when its process is another one.
        await presence.LeaveAsync();
        await new WorkerPresence(queue, profile, 1).RegisterAsync();
        Assert.Null(await queue.TryClaimAsync(profile));
        var waiting = queue.ClaimAsync(profile);
        await queue.DrainAsync(profile.Name, drain: false);
        Assert.NotNull(await waiting.WaitAsync(Soon));
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task A_name_is_one_process_s(Store store)
    {
        await using var place = await JobPlace.CreateAsync(store);
        var queue = await place.OpenAsync(new() { Maintain = false, LeaseTime = TimeSpan.FromMilliseconds(300) });
        await queue.Workers.RegisterAsync(profile, 1, "elsewhere|1|1", default);
        var presence = new WorkerPresence(queue, profile, 1);
        await presence.RegisterAsync();
        var running = presence.RunAsync(default);
        // Another one that lives here.
        Assert.Equal("IMG7350", (await Assert.ThrowsAsync<JobException>(() => queue.Workers.RegisterAsync(profile, 1, "x", default))).Code);
        await queue.Database.WriteAsync(transaction => transaction.ExecuteAsync("UPDATE jobworkers SET process = 'elsewhere|2|2'"), default);
        Assert.Equal("IMG7350", (await Assert.ThrowsAsync<JobException>(() => running.WaitAsync(Soon))).Code);
    }
}
