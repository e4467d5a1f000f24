using System.Text;
using ImageSdk.Contracts.Diagnostics;

namespace ImageSdk.ImageBuilder.Builds;

/// <summary>Writes what a build tells into its job's log.</summary>
/// <param name="log">Of the job.</param>
sealed class JobLog(Stream log) : IBuildListener
{
    readonly Lock turn = new();

    // Where the project of a request lies on this machine says nothing to those who asked.
    public void Report(Diagnostic diagnostic) => Write((diagnostic with { File = null }).ToLine());

    public void Progress(string message) => Write(message);

    public void Output(string line) => Write(line);

    public void Write(string line)
    {
        var bytes = Encoding.UTF8.GetBytes(line.TrimEnd('\n') + "\n");
        lock (turn)
            log.Write(bytes);
    }
}
