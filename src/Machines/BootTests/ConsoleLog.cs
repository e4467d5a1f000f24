using System.Text;
using ImageSdk.Artifacts.Iso;

namespace ImageSdk.Machines.BootTests;

/// <summary>The last lines of a machine's console, and whether its system has given up.</summary>
sealed class ConsoleLog(Action<string>? onLine = null)
{
    const int KeptLines = 200;
    const int LongestLine = 1000;

    /// <summary>What systems say when they wait for input at the console and go no further, or halt.</summary>
    static readonly (string Words, bool IsPanic)[] ends =
    [
        ("Kernel panic - not syncing", true),
        ("Dropping to a shell!", false),           // initramfs-tools, which does not find the root
        (LiveMedium.Missing, false),
        ("You are in emergency mode", false),      // systemd, which does not get a file system
    ];

    readonly Lock access = new();
    readonly Queue<string> lines = new();
    readonly StringBuilder line = new();
    readonly TaskCompletionSource<GuestEnd> gaveUp = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What the system said when it gave up, once it has.</summary>
    public Task<GuestEnd> GaveUp => gaveUp.Task;

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
        foreach (var (words, isPanic) in ends)
            if (text.IndexOf(words, StringComparison.Ordinal) is >= 0 and var at)
                gaveUp.TrySetResult(new(isPanic ? text[at..] : text, isPanic));
    }

    public IReadOnlyList<string> LastLines(int count)
    {
        lock (access)
            return [.. lines.TakeLast(count)];
    }
}

/// <summary>The words with which a system gave up.</summary>
/// <param name="IsPanic">Whether they are the kernel's.</param>
sealed record GuestEnd(string Text, bool IsPanic);
