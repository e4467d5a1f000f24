using System.Diagnostics;
using ImageSdk.Building.Diagnostics;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace ImageSdk.Tasks.Logging;

/// <summary>What the engine tells, as MSBuild's errors, warnings and messages.</summary>
/// <param name="project">Its name, which begins each line.</param>
sealed class MSBuildListener(TaskLoggingHelper log, IBuildEngine engine, string project, string helpLink, bool live) : IBuildListener
{
    static readonly TimeSpan progressInterval = TimeSpan.FromSeconds(1);

    long? lastProgress;

    public void Report(Diagnostic diagnostic)
    {
        if (diagnostic.Severity == DiagnosticSeverity.Error)
            Fail(diagnostic);
        else
            log.LogWarning(null, diagnostic.Code, null, Link(diagnostic.Code), diagnostic.File, diagnostic.Line, diagnostic.Column, 0, 0, diagnostic.Message);
    }

    public void Fail(Diagnostic diagnostic) =>
        log.LogError(null, diagnostic.Code, null, Link(diagnostic.Code), diagnostic.File, diagnostic.Line, diagnostic.Column, 0, 0, diagnostic.Message);

    public void Fail(string code, string message, string file) => Fail(new(DiagnosticSeverity.Error, code, message, file));

    /// <summary>A plain console gets at most one line a second; the rest is for the detailed log.</summary>
    public void Progress(string message)
    {
        if (live)
        {
            TerminalLiveLine.Show(engine, message);
            return;
        }
        var due = lastProgress is not { } last || Stopwatch.GetElapsedTime(last) >= progressInterval;
        if (due)
            lastProgress = Stopwatch.GetTimestamp();
        log.LogMessage(due ? MessageImportance.High : MessageImportance.Low, "  {0}: {1}", project, message);
    }

    public void Note(string message) => log.LogMessage(MessageImportance.High, "  {0}: {1}", project, message);

    public void Output(string line) => log.LogMessage(MessageImportance.Low, "{0}", line);

    string? Link(string code) => helpLink is "" ? null : $"{helpLink}#{code.ToLowerInvariant()}";
}
