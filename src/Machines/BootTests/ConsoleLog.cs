using System.Text;

namespace ImageSdk.Machines.BootTests;

/// <summary>The last lines of a machine's console, and whether its kernel has given up.</summary>
sealed class ConsoleLog(Action<string>? onLine = null)
{
    const int KeptLines = 200;
    const int LongestLine = 1000;
    const string Panic = "Kernel panic - not syncing";

    readonly Lock access = new();
    readonly Queue<string> lines = new();
    readonly StringBuilder line = new();
    readonly TaskCompletionSource<string> panic = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What the kernel said when it panicked, once it has.</summary>
    public Task<string> Panicked => panic.Task;

    public async Task ReadAsync(Stream console)
    {
        var buffer = new byte[4096];
        int count;
        while ((count = await console.ReadAsync(buffer)) > 0)
            Add(buffer.AsSpan(0, count));
    }

    public void Add(ReadOnlySpan<byte> bytes)
    {
        foreach (var value in bytes)
            if (value == '\n')
                End();
            else if (value is >= 0x20 and < 0x7f && line.Length < LongestLine)
                line.Append((char)value);
            else if (value == 0x1b && line.Length < LongestLine)
                line.Append('\e');
    }

    void End()
    {
        var text = TerminalText.WithoutSequences(line.ToString()).TrimEnd();
        line.Clear();
        if (text.Length == 0)
            return;
        lock (access)
        {
            lines.Enqueue(text);
            if (lines.Count > KeptLines)
                lines.Dequeue();
        }
        onLine?.Invoke(text);
        if (text.IndexOf(Panic, StringComparison.Ordinal) is >= 0 and var at)
            panic.TrySetResult(text[at..]);
    }

    public IReadOnlyList<string> LastLines(int count)
    {
        lock (access)
            return [.. lines.TakeLast(count)];
    }
}
