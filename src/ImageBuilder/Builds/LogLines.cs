using System.Runtime.CompilerServices;
using ImageSdk.Jobs.Queues;

namespace ImageSdk.ImageBuilder.Builds;

/// <summary>The log of a job in lines.</summary>
static class LogLines
{
    /// <param name="from">Where to begin, in bytes.</param>
    /// <param name="follow">Whether to wait for more until the job is over.</param>
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
