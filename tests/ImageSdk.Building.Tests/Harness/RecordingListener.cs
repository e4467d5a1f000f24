using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Sandbox.Logging;

namespace ImageSdk.Building.Tests;

sealed class RecordingListener : IBuildListener
{
    public List<Diagnostic> Warnings { get; } = [];
    public List<string> ProgressLines { get; } = [];
    public List<string> OutputLines { get; } = [];

    public void Report(Diagnostic diagnostic) => Warnings.Add(diagnostic);

    public void Progress(string message)
    {
        // Another test trims the cache of all.
        if (message == "Waiting until the build cache is cleaned up")
            return;
        lock (ProgressLines)
            ProgressLines.Add(message);
    }

    public void Output(string line)
    {
        lock (OutputLines)
            OutputLines.Add(line);
    }
}
