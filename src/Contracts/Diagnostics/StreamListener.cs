using System.Text;

namespace ImageSdk.Contracts.Diagnostics;

/// <summary>Writes what a build reports to a stream, such as the log of a daemon's job, line by line in UTF-8. For many threads.</summary>
/// <param name="log">Stays the caller's.</param>
public sealed class StreamListener(Stream log) : IBuildListener
{
    readonly Lock turn = new();

    // Where the project of a request lies on this machine says nothing to those who asked.
    /// <inheritdoc/>
    public void Report(Diagnostic diagnostic) => Write((diagnostic with { File = null }).ToLine());

    /// <inheritdoc/>
    public void Progress(string message) => Write(message);

    /// <inheritdoc/>
    public void Output(string line) => Write(line);

    /// <summary>Writes a line.</summary>
    public void Write(string line)
    {
        var bytes = Encoding.UTF8.GetBytes(line.TrimEnd('\n') + "\n");
        lock (turn)
            log.Write(bytes);
    }
}
