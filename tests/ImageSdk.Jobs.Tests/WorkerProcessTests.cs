using System.Diagnostics;
using ImageSdk.Jobs.Tests.Stores;
using static ImageSdk.Jobs.Tests.JobTestExtensions;

namespace ImageSdk.Jobs.Tests;

/// <summary>Several processes that do jobs, and are killed.</summary>
public sealed class WorkerProcessTests : IDisposable
{
    static readonly TimeSpan Lease = TimeSpan.FromSeconds(5);

    readonly List<Process> processes = [];
    readonly string marks = Directory.CreateTempSubdirectory("imagesdk-marks-").FullName;

    public void Dispose()
    {
        foreach (var process in processes)
        {
            process.Kill();
            process.WaitForExit();
            process.Dispose();
        }
        Directory.Delete(marks, recursive: true);
    }

    async Task<Process> StartAsync(JobPlace place, string name, TimeSpan? lease = null)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(start.FileName) != "dotnet")
            start.FileName = "dotnet";
        foreach (var argument in new[] { Path.Combine(AppContext.BaseDirectory, "ImageSdk.Jobs.TestWorker.dll"), place.Connection, name, $"{(lease ?? Lease).TotalMilliseconds}", marks })
            start.ArgumentList.Add(argument);
        var process = Process.Start(start)!;
        lock (processes)
            processes.Add(process);
        Assert.Equal("ready", await process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(60)));
        return process;
    }

    List<string[]> Marks() => [.. Directory.EnumerateFiles(marks, "*.mark").Select(file => File.ReadAllText(file).Split(' '))];

    [Theory, OnSqlite, OnPostgres]
    public async Task Jobs_survive_workers_that_are_killed(Store store)
    {
        await using var place = await JobPlace.CreateAsync(store);
        var queue = await place.OpenAsync(new() { LeaseTime = Lease, RetryDelay = _ => TimeSpan.Zero });
        var workers = await Task.WhenAll(StartAsync(place, "w0"), StartAsync(place, "w1"), StartAsync(place, "w2"));
        var jobs = new List<Job>();
        for (var number = 0; number < 40; number++)
            jobs.Add((await queue.SubmitAsync(new("mark", $"owner{number % 4}", "1500") { MaxAttempts = 10 })).Job);

        for (var round = 0; round < 4; round++)
        {
            var victim = round % workers.Length;
            var before = Marks().Count;
            await UntilAsync(() => Task.FromResult(Marks().Count > before + 2), "work to go on");
            workers[victim].Kill();
            workers[victim] = await StartAsync(place, $"r{round}");
        }
        foreach (var job in jobs)
        {
            var ended = (await queue.WaitAsync(job.Id).WaitAsync(TimeSpan.FromMinutes(2)))!;
            Assert.Equal(JobState.Succeeded, ended.State);
            // Each attempt that was begun was counted, and only the last was completed.
            var own = Marks().Where(mark => mark[1] == $"{job.Id}").ToList();
            Assert.InRange(own.Count(mark => mark[0] == "begin"), 1, ended.Attempt);
            Assert.Equal(own.Where(mark => mark[0] == "begin").Select(mark => mark[2]).Distinct().Count(), own.Count(mark => mark[0] == "begin"));
            // None ran while another did: an attempt that is begun follows ends, or the attempt of one that was killed.
            var log = await queue.LogTextAsync(job.Id);
            Assert.EndsWith($"attempt {ended.Attempt} by {ended.Result}\n", log);
        }
        Assert.Equal(40, (await queue.ListAsync(new() { State = JobState.Succeeded })).Count);
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task The_job_of_a_killed_worker_of_this_machine_goes_on_without_waiting_for_its_lease(Store store)
    {
        await using var place = await JobPlace.CreateAsync(store);
        var longLease = TimeSpan.FromHours(1);
        var process = await StartAsync(place, "w", longLease);
        // This one looks often; the lease is the worker's own.
        var queue = await place.OpenAsync(new() { LeaseTime = TimeSpan.FromSeconds(1) });
        var job = (await queue.SubmitAsync(new("mark", "alice", "600000"))).Job;
        await UntilAsync(async () => (await queue.GetAsync(job.Id)).State == JobState.Running, "the job to run");
        process.Kill();
        await UntilAsync(async () => (await queue.GetAsync(job.Id)).State == JobState.Queued, "the job to be queued again", Soon);
        Assert.Contains("w was lost", (await queue.GetAsync(job.Id)).Failure);
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task A_stopped_worker_gives_its_job_back(Store store)
    {
        await using var place = await JobPlace.CreateAsync(store);
        var queue = await place.OpenAsync();
        var process = await StartAsync(place, "w");
        var job = (await queue.SubmitAsync(new("mark", "alice", "600000"))).Job;
        await UntilAsync(async () => (await queue.GetAsync(job.Id)).State == JobState.Running, "the job to run");
        using (var kill = Process.Start("kill", ["-TERM", $"{process.Id}"]))
            await kill.WaitForExitAsync();
        await process.WaitForExitAsync().WaitAsync(Soon);
        Assert.Equal(0, process.ExitCode);
        Assert.Equal((JobState.Queued, 0), ((await queue.GetAsync(job.Id)).State, (await queue.GetAsync(job.Id)).Attempt));
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task A_job_that_kills_its_workers_fails_for_good(Store store)
    {
        await using var place = await JobPlace.CreateAsync(store);
        var queue = await place.OpenAsync(new() { LeaseTime = TimeSpan.FromSeconds(1) });
        var job = (await queue.SubmitAsync(new("die", "alice", ""))).Job;
        for (var attempt = 0; attempt < 3; attempt++)
            await (await StartAsync(place, $"w{attempt}")).WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        var ended = (await queue.WaitAsync(job.Id).WaitAsync(Soon))!;
        Assert.Equal((JobState.Failed, 3), (ended.State, ended.Attempt));
        Assert.Contains("lost in attempt 3 of 3", ended.Failure);
    }
}
