using System.Text;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Imaginator.Configuration;

namespace ImageSdk.Imaginator.Running;

/// <summary>Writes what a build tells into its job's log, and keeps it for the archive.</summary>
/// <param name="log">Of the job.</param>
sealed class JobLogListener(Stream log) : IBuildListener
{
    /// <summary>Bytes that are kept; what is behind them is in the job's log only.</summary>
    const int MaximumKept = 64 << 20;

    readonly Lock turn = new();
    readonly MemoryStream kept = new();

    /// <summary>What was written so far.</summary>
    public byte[] Kept
    {
        get
        {
            lock (turn)
                return kept.ToArray();
        }
    }

    public void Report(Diagnostic diagnostic) => Write(diagnostic.ToLine());

    public void Progress(string message) => Write(message);

    public void Output(string line) => Write(line);

    public void Write(string line) => Write(Encoding.UTF8.GetBytes(line + "\n"));

    public void Write(ReadOnlySpan<byte> bytes)
    {
        lock (turn)
        {
            log.Write(bytes);
            kept.Write(bytes[..(int)Math.Min(bytes.Length, MaximumKept - kept.Length)]);
        }
    }
}
