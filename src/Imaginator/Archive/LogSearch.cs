using System.Text;

namespace ImageSdk.Imaginator.Archive;

/// <summary>Looks for a text in logs of the archive. Each search has an end, however large the archive is, and says where the next goes on.</summary>
sealed class LogSearch(BuildLogArchive archive)
{
    /// <summary>Characters of a text that is looked for.</summary>
    public const int MaximumText = 200;

    /// <summary>Bytes of logs that one search reads, about; the first log is read whatever its size.</summary>
    public const ulong MaximumBytes = 256 << 20;

    const int Context = 100;
    const int Portion = 1 << 16;

    // People wait for a disk, not the other way round.
    readonly SemaphoreSlim turns = new(2);

    /// <param name="builds">In whose logs to look, the newest first.</param>
    /// <param name="text">Upper and lower case do not count.</param>
    /// <param name="limit">Logs to find at most.</param>
    /// <param name="maximumBytes">Bytes of logs to read, about.</param>
    public async Task<LogSearchResult> FindAsync(IReadOnlyList<ArchivedBuild> builds, string text, int limit, ulong maximumBytes, CancellationToken cancellation)
    {
        await turns.WaitAsync(cancellation);
        try
        {
            var (found, searched, read) = (new List<FoundLog>(), 0, 0UL);
            foreach (var build in builds)
            {
                if (found.Count == limit || searched > 0 && read + build.LogSize > maximumBytes)
                    return new(found, searched, builds[searched - 1].Image);
                if (archive.FindLog(build.Image) is { } path && await FindInAsync(path, text, cancellation) is { } line)
                    found.Add(new(build, line));
                read += build.LogSize;
                searched++;
            }
            return new(found, searched, null);
        }
        finally
        {
            turns.Release();
        }
    }

    /// <summary>What stands around the text; null where it does not occur.</summary>
    static async Task<string?> FindInAsync(string path, string text, CancellationToken cancellation)
    {
        try
        {
            using var reader = new StreamReader(path, Encoding.UTF8);
            var buffer = new char[Portion];
            for (int kept = 0, count; (count = await reader.ReadBlockAsync(buffer.AsMemory(kept), cancellation)) > 0;)
            {
                var portion = buffer.AsMemory(0, kept + count);
                if (portion.Span.IndexOf(text, StringComparison.OrdinalIgnoreCase) is >= 0 and var at)
                    return Around(portion.Span, at, text.Length);
                // It may begin at the end of this portion.
                kept = Math.Min(portion.Length, text.Length - 1 + Context);
                portion[^kept..].CopyTo(buffer);
            }
            return null;
        }
        catch (IOException)
        {
            // Deleted meanwhile, as the archive is full.
            return null;
        }
    }

    static string Around(ReadOnlySpan<char> portion, int at, int length)
    {
        var before = portion[Math.Max(0, at - Context)..at];
        var after = portion[(at + length)..Math.Min(portion.Length, at + length + Context)];
        before = before[(before.LastIndexOf('\n') + 1)..];
        if (after.IndexOf('\n') is >= 0 and var end)
            after = after[..end];
        return $"{before}{portion.Slice(at, length)}{after}";
    }
}

/// <param name="Line">Where the text stands, shortened.</param>
sealed record FoundLog(ArchivedBuild Build, string Line);

/// <param name="Searched">Logs that were looked into.</param>
/// <param name="Last">The image of the last of them, behind which the next search goes on; null where there is no more.</param>
sealed record LogSearchResult(IReadOnlyList<FoundLog> Found, int Searched, string? Last);
