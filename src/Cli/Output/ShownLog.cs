using System.Text;
using ImageSdk.Contracts.Diagnostics;

namespace ImageSdk.Cli.Output;

/// <summary>The log of a build: written as it grows, or kept and written where the build fails. Its frame is the original's.</summary>
/// <param name="target">Where it is written.</param>
/// <param name="isAlways">Whether it is written as it grows.</param>
sealed class ShownLog(TextWriter target, bool isAlways) : IBuildListener, IDisposable
{
    /// <summary>Characters that are kept of a log that may have to be shown; the last ones matter.</summary>
    const int MaximumKept = 16 << 20;

    readonly Lock turn = new();
    readonly StringBuilder kept = new();
    readonly Decoder utf8 = Encoding.UTF8.GetDecoder();
    bool isBegun;

    /// <summary>A part of a log that comes from elsewhere.</summary>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        var characters = new char[utf8.GetCharCount(bytes.Span, flush: false)];
        utf8.GetChars(bytes.Span, characters, flush: false);
        Write(characters);
        return ValueTask.CompletedTask;
    }

    public void Report(Diagnostic diagnostic) => WriteLine(diagnostic.ToLine());

    public void Progress(string message) => WriteLine(message);

    public void Output(string line) => WriteLine(line);

    /// <summary>The build has failed.</summary>
    public void ShowFailed()
    {
        lock (turn)
        {
            if (isAlways || kept.Length == 0)
                return;
            Begin();
            target.Write(kept);
        }
    }

    public void Dispose()
    {
        lock (turn)
            if (isBegun)
                target.WriteLine("End of build log ============================");
    }

    void WriteLine(string line) => Write(line + "\n");

    void Write(ReadOnlySpan<char> text)
    {
        lock (turn)
        {
            if (isAlways)
            {
                Begin();
                target.Write(text);
                return;
            }
            kept.Append(text);
            if (kept.Length > MaximumKept)
                kept.Remove(0, kept.Length - MaximumKept / 2);
        }
    }

    void Begin()
    {
        if (!isBegun)
            target.WriteLine("Start of build log ==========================");
        isBegun = true;
    }
}
