namespace ImageSdk.Sandbox.Logging;

/// <summary>
/// Passes on what a command prints, as much as anybody reads: its beginning as it comes, and of more than that the end.
/// </summary>
/// <param name="show">Makes of a line what may be shown: secrets masked, a bounded length.</param>
/// <param name="write">Takes the lines.</param>
/// <param name="limit">Characters of the beginning, and of the end.</param>
sealed class CommandOutput(Func<string, long, string> show, Action<string> write, int limit = CommandOutput.UsualLimit) : IDisposable
{
    /// <summary>More than long compilations print.</summary>
    public const int UsualLimit = 8 << 20;

    readonly LastLines last = new();
    readonly Queue<string> end = new();
    long written, endLength, droppedLines, droppedLength;

    /// <summary>The last lines, as they were shown.</summary>
    public IReadOnlyList<string> LastLines => last.ToList();

    /// <summary>Whether something is missing between beginning and end.</summary>
    bool IsCut => droppedLines > 0;

    /// <summary>Adds a line.</summary>
    /// <param name="leftOut">Bytes of it that are missing.</param>
    public void Add(string line, long leftOut = 0)
    {
        if (Logging.LastLines.IsProgress(line))
            return;
        var shown = show(line, leftOut);
        last.Add(shown);
        if (end.Count == 0 && !IsCut && written + shown.Length < limit)
        {
            written += shown.Length + 1;
            write(shown);
            return;
        }
        end.Enqueue(shown);
        endLength += shown.Length + 1;
        while (endLength > limit)
        {
            var dropped = end.Dequeue().Length + 1;
            endLength -= dropped;
            droppedLength += dropped;
            droppedLines++;
        }
    }

    /// <summary>Writes the end.</summary>
    public void Dispose()
    {
        if (IsCut)
            write($"… {droppedLines} lines ({droppedLength} characters) of the output are left out here …");
        while (end.TryDequeue(out var line))
            write(line);
    }
}
