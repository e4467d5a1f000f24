using ImageSdk.Jobs.States;
using ImageSdk.Jobs.Stores;
using ImageSdk.Jobs.Waking;

namespace ImageSdk.Jobs.Operations;

/// <summary>Requests: submitted, joined, withdrawn; and cancellation.</summary>
sealed class JobSubmissions(JobDatabase database)
{
    public Task<JobSubmission> SubmitAsync(JobRequest request, CancellationToken cancel)
    {
        request.Check();
        // Drawn here: the request is known when it comes a second time because the answer to the first was lost.
        var ticket = Guid.NewGuid().ToString("N");
        return database.WriteAsync(async transaction =>
        {
            if (await transaction.FirstAsync<long?>("SELECT job FROM jobwaiters WHERE ticket = @ticket", new { ticket }) is { } known)
                return new JobSubmission((await JobChanges.FindAsync(transaction, known))!.ToJob(), ticket, false);
            var now = database.Now;
            var joined = await FindSharedAsync(transaction, request);
            var row = joined is null ? await InsertAsync(transaction, request, now) : await JoinAsync(transaction, joined, request, now);
            await transaction.ExecuteAsync("INSERT INTO jobwaiters (ticket, job, owner) VALUES (@ticket, @job, @owner)",
                new { ticket, job = row.Id, owner = request.Owner });
            return new JobSubmission(row.ToJob(), ticket, joined is not null);
        }, cancel);
    }

    static async Task<JobRow?> FindSharedAsync(JobTransaction transaction, JobRequest request)
        => request.Key is null
            ? null
            : await transaction.FirstAsync<JobRow>(
                $"SELECT {JobRow.Columns} FROM jobs WHERE kind = @kind AND key = @key AND state IN (0, 1) {transaction.ForUpdate}",
                new { kind = request.Kind, key = request.Key });

    static async Task<JobRow> JoinAsync(JobTransaction transaction, JobRow row, JobRequest request, long now)
    {
        if (row.JobState == JobState.Queued)
        {
            row = row with { Priority = Math.Max(row.Priority, request.Priority) };
            await transaction.ExecuteAsync(JobRow.Update, row);
            transaction.Announce(new(WakeKind.Queue));
        }
        await JobChanges.AddEventAsync(transaction, row, JobEventKind.Joined, request.Owner, now);
        return row;
    }

    static async Task<JobRow> InsertAsync(JobTransaction transaction, JobRequest request, long now)
    {
        var labels = request.Labels.Distinct().Order(StringComparer.Ordinal).ToList();
        var row = new JobRow
        {
            Kind = request.Kind,
            Key = request.Key,
            Subject = request.Subject,
            Owner = request.Owner,
            Architecture = request.Architecture,
            Labels = labels.Count == 0 ? null : string.Join('\n', labels),
            Priority = request.Priority,
            MaxAttempts = request.MaxAttempts,
            TimeLimit = (long?)request.TimeLimit?.TotalMilliseconds,
            Input = request.Input,
            Submitted = now,
        };
        var id = await transaction.FirstAsync<long>(
            """
            INSERT INTO jobs (kind, key, subject, owner, architecture, labels, priority, state, maxattempts, timelimit, input, submitted)
            VALUES (@Kind, @Key, @Subject, @Owner, @Architecture, @Labels, @Priority, @State, @MaxAttempts, @TimeLimit, @Input, @Submitted)
            RETURNING id
            """, row);
        row = row with { Id = id };
        foreach (var label in labels)
            await transaction.ExecuteAsync("INSERT INTO joblabels (job, label) VALUES (@id, @label)", new { id, label });
        await transaction.ExecuteAsync("INSERT INTO joblogs (job, length, kept) VALUES (@id, 0, 0)", new { id });
        await transaction.ExecuteAsync("INSERT INTO jobowners (owner) VALUES (@owner) ON CONFLICT DO NOTHING", new { owner = request.Owner });
        await JobChanges.AddEventAsync(transaction, row, JobEventKind.Submitted, request.Owner, now);
        transaction.Announce(new(WakeKind.Queue));
        return row;
    }

    public Task<Job?> CancelAsync(long id, string reason, CancellationToken cancel)
        => database.WriteAsync(async transaction => await JobChanges.LockAsync(transaction, id) is { } row
            ? (await CancelAsync(transaction, row, reason, database.Now)).ToJob()
            : null, cancel);

    static async Task<JobRow> CancelAsync(JobTransaction transaction, JobRow row, string reason, long now)
        => await JobChanges.ApplyAsync(transaction, row, JobTrigger.Cancel, reason, now, after => after with { Failure = reason }) ?? row;

    public Task<Job?> WithdrawAsync(string ticket, CancellationToken cancel)
        => database.WriteAsync(async transaction =>
        {
            if (await transaction.FirstAsync<long?>("SELECT job FROM jobwaiters WHERE ticket = @ticket", new { ticket }) is not { } id)
                return null;
            // The job first: two who leave at once must not each take the other for one who stays.
            var row = (await JobChanges.LockAsync(transaction, id))!;
            if (await transaction.ExecuteAsync("UPDATE jobwaiters SET gone = 1 WHERE ticket = @ticket AND gone = 0", new { ticket }) == 0 || row.JobState.IsFinal())
                return row.ToJob();
            var owner = await transaction.FirstAsync<string>("SELECT owner FROM jobwaiters WHERE ticket = @ticket", new { ticket });
            await JobChanges.AddEventAsync(transaction, row, JobEventKind.Withdrawn, owner, database.Now);
            var left = await transaction.FirstAsync<long>("SELECT count(*) FROM jobwaiters WHERE job = @id AND gone = 0", new { id });
            return (left > 0 ? row : await CancelAsync(transaction, row, "no one waits for it any more", database.Now)).ToJob();
        }, cancel);
}
