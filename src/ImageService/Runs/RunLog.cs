using System.Text;
using ImageSdk.Contracts.Diagnostics;

namespace ImageSdk.ImageService.Runs;

/// <summary>The log of a run, line by line.</summary>
/// <param name="log">Of the queue's job.</param>
sealed class RunLog(Stream log) : IBuildListener
{
    readonly Lock turn = new();

    // Where a recipe lies on this machine says nothing to those who asked.
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
