using ImageSdk.Contracts.Diagnostics;

namespace ImageSdk.ImageServer.Tests.Publishing;

/// <summary>Keeps what a build says.</summary>
sealed class RecordedProgress : IBuildListener
{
    public List<string> Lines { get; } = [];

    public void Report(Diagnostic diagnostic) => Add($"{diagnostic.Severity} {diagnostic.Code}");

    public void Progress(string message) => Add(message);

    public void Output(string line) => Add(line);

    void Add(string line)
    {
        lock (Lines)
            Lines.Add(line);
    }
}
