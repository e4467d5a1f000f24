using System.Text;
using ImageSdk.Jobs.Queues;

namespace ImageSdk.ImageBuilder.Builds;

/// <summary>
/// The log of a request: that of its build, line by line, and lines of its own in between. After a restart it goes on where it was: its own lines are
/// known by how they begin.
/// </summary>
/// <param name="queue">Where both jobs are.</param>
/// <param name="log">Of the request's job.</param>
sealed class FollowedLog(JobQueue queue, Stream log)
{
    const string Mark = "# ";

    static readonly byte[] mark = Encoding.UTF8.GetBytes(Mark);

    readonly Lock turn = new();
    readonly List<byte[]> notes = [];

    /// <summary>Writes a line of the request's own.</summary>
    public void Note(string line)
    {
        var bytes = Encoding.UTF8.GetBytes($"{Mark}{line.ReplaceLineEndings(" ")}\n");
        lock (turn)
        {
            notes.Add(bytes);
            try
            {
                log.Write(bytes);
            }
            catch (InvalidOperationException)
            {
                // The request is over, and its log closed.
            }
        }
    }

    /// <summary>Copies what the build's log has, and what comes, until the build is over.</summary>
    /// <param name="request">The request's job.</param>
    /// <param name="build">The build's job.</param>
    public async Task FollowAsync(long request, long build, CancellationToken cancellation)
    {
        var copied = 0L;
        await foreach (var (_, line) in JobLogLines.ReadAsync(queue, request, 0, follow: false, cancellation))
            if (!line.AsSpan().StartsWith(mark))
                copied += line.Length;
            else
                lock (turn)
                    notes.Add(line);
        await foreach (var (_, line) in JobLogLines.ReadAsync(queue, build, copied, follow: true, cancellation))
            lock (turn)
                log.Write(line);
    }

    /// <summary>All of it: the build's log, and the lines of the request's own behind it.</summary>
    /// <param name="build">The build's job.</param>
    public async Task<MemoryStream> ReadAsync(long build, CancellationToken cancellation)
    {
        var content = new MemoryStream();
        await foreach (var chunk in queue.LogAsync(build, follow: false, cancel: cancellation))
            content.Write(chunk.Bytes.Span);
        lock (turn)
            foreach (var note in notes.DistinctBy(Convert.ToHexString))
                content.Write(note);
        return content;
    }
}
