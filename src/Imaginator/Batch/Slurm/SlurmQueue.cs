using ImageSdk.Imaginator.Running;

namespace ImageSdk.Imaginator.Batch.Slurm;

/// <summary>How this user's jobs are: Slurm is asked once for all who want to know.</summary>
/// <param name="interval">How old an answer may be.</param>
/// <param name="report">Receives a message when Slurm does not answer.</param>
sealed class SlurmQueue(TimeSpan interval, Action<string> report, TimeProvider time)
{
    readonly SemaphoreSlim turn = new(1);
    IReadOnlyDictionary<string, SlurmJob> jobs = new Dictionary<string, SlurmJob>();
    long? asked;
    bool isAway;

    /// <summary>The newest job of a name; null where there is none.</summary>
    /// <param name="now">Whether the answer must be of now.</param>
    /// <returns>Whether Slurm answered, and the job.</returns>
    public async Task<(bool Answered, SlurmJob? Job)> FindAsync(string name, bool now, CancellationToken cancellation)
    {
        await turn.WaitAsync(cancellation);
        try
        {
            if (now || asked is not { } at || time.GetElapsedTime(at) >= interval)
            {
                jobs = Parse(await SlurmCommand.RunAsync("squeue", ["--me", "--states=all", "--noheader", "--format=%A|%j|%T|%N|%r"], cancellation));
                asked = time.GetTimestamp();
                isAway = false;
            }
            return (true, jobs.GetValueOrDefault(name));
        }
        catch (BatchException problem) when (!now)
        {
            if (!isAway)
                report(problem.Message);
            isAway = true;
            return (false, null);
        }
        finally
        {
            turn.Release();
        }
    }

    static Dictionary<string, SlurmJob> Parse(string lines)
    {
        var found = new Dictionary<string, SlurmJob>(StringComparer.Ordinal);
        foreach (var line in lines.Split('\n'))
            if (line.Split('|', 5) is [var id, var name, var state, var node, var reason] && (!found.TryGetValue(name, out var other) || Number(other.Id) < Number(id)))
                found[name] = new(id, state, node, reason);
        return found;
    }

    static long Number(string id) => long.TryParse(id, out var number) ? number : 0;
}

/// <param name="Id">Its number.</param>
/// <param name="State">In Slurm's words: PENDING, RUNNING, COMPLETED …</param>
/// <param name="Node">Empty before it runs.</param>
/// <param name="Reason">Why it waits, or ended.</param>
sealed record SlurmJob(string Id, string State, string Node, string Reason);
