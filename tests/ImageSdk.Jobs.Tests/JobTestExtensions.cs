using System.Text;
using ImageSdk.Jobs.Operations;
using ImageSdk.Jobs.Queues;
using ImageSdk.Tests;

namespace ImageSdk.Jobs.Tests;

static class JobTestExtensions
{
    /// <summary>Longer than anything takes, and shorter than the time after which all look again unasked.</summary>
    public static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    public static readonly WorkerProfile Worker = new("w", ["build"]);

    public static async Task<Job> SubmitAsync(this JobQueue queue, string owner = "alice", string input = "{}", string? key = null, int priority = 0)
        => (await queue.SubmitAsync(new JobRequest("build", owner, input) { Key = key, Priority = priority })).Job;

    public static async Task<JobLease> ClaimNowAsync(this JobQueue queue, WorkerProfile? worker = null)
        => await queue.TryClaimAsync(worker ?? Worker) ?? throw new InvalidOperationException("there is no job to claim");

    public static async Task<Job> GetAsync(this JobQueue queue, long id) => (await queue.FindAsync(id))!;

    public static async Task<List<JobEventKind>> EventKindsAsync(this JobQueue queue, long id)
        => [.. (await queue.EventsAsync(id, follow: false).ToListAsync()).Select(entry => entry.Kind)];

    public static async Task<string> LogTextAsync(this JobQueue queue, long id, bool follow = false)
        => string.Concat((await queue.LogAsync(id, follow: follow).ToListAsync()).Select(chunk => Encoding.UTF8.GetString(chunk.Bytes.Span)));

    public static Task LogAsync(this JobLease lease, string text) => lease.AppendLogAsync(Encoding.UTF8.GetBytes(text));

    /// <summary>Takes the job from its worker, as those do who saw it silent for too long.</summary>
    public static async Task<bool> LoseAsync(this JobQueue queue, JobLease lease)
    {
        var watch = new LeaseWatch(queue.Database);
        var seen = (await watch.LookAsync(default)).Single(seen => seen.Token == lease.Token);
        return await watch.ExpireAsync(seen, default);
    }

    public static Task UntilAsync(Func<Task<bool>> condition, string what, TimeSpan? limit = null) => Wait.UntilAsync(condition, limit, explain: null, what);
}
