using System.Runtime.CompilerServices;

namespace ImageSdk.Jobs.Queues;

/// <summary>The log of a job in lines.</summary>
public static class JobLogLines
{
    /// <summary>Reads a job's log.</summary>
    /// <param name="queue">Where the job is.</param>
    /// <param name="job">Its number.</param>
    /// <param name="from">Where to begin, in bytes.</param>
    /// <param name="follow">Whether to wait for more until the job is over.</param>
    /// <param name="cancellation">Ends the stream with an exception.</param>
    /// <returns>Lines with their ends, each with where the next begins. The last one may have none.</returns>
    public static async IAsyncEnumerable<(long End, byte[] Line)> ReadAsync(JobQueue queue, long job, long from, bool follow, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var rest = new List<byte>();
        var at = from;
        await foreach (var chunk in queue.LogAsync(job, from, follow, cancellation))
        {
            rest.AddRange(chunk.Bytes.Span);
            while (rest.IndexOf((byte)'\n') is >= 0 and var end)
            {
                byte[] line = [.. rest[..(end + 1)]];
                rest.RemoveRange(0, end + 1);
                yield return (at += line.Length, line);
            }
        }
        if (rest.Count > 0)
            yield return (at + rest.Count, [.. rest]);
    }
}
