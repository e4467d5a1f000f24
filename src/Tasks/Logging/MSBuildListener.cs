using System.Diagnostics;
using ImageSdk.Contracts.Diagnostics;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace ImageSdk.Tasks.Logging;

/// <summary>What the engine tells, as MSBuild's errors, warnings and messages.</summary>
/// <param name="project">Its name, which begins each line.</param>
sealed class MSBuildListener(TaskLoggingHelper log, IBuildEngine engine, string project, string helpLink, bool live) : IBuildListener
{
    static readonly TimeSpan progressInterval = TimeSpan.FromSeconds(1);

    static readonly TimeSpan outputInterval = TimeSpan.FromMilliseconds(250);

    /// <summary>Characters; more does not fit beside the project's name.</summary>
    const int longestOutput = 60;

    long? lastProgress;
    long? lastLive;

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

    /// <summary>A plain console gets at most one line a second; the rest is for the detailed log, and the terminal's live line.</summary>
    public void Progress(string message)
    {
        ShowLive(message);
        var due = lastProgress is not { } last || Stopwatch.GetElapsedTime(last) >= progressInterval;
        if (due)
            lastProgress = Stopwatch.GetTimestamp();
        log.LogMessage(due ? MessageImportance.High : MessageImportance.Low, "  {0}: {1}", project, message);
    }

    public void Note(string message) => log.LogMessage(MessageImportance.High, "  {0}: {1}", project, message);

    /// <summary>The terminal's live line shows what a command says, so that one that takes minutes is seen to go on.</summary>
    public void Output(string line)
    {
        log.LogMessage(MessageImportance.Low, "{0}", line);
        if (live && (lastLive is not { } last || Stopwatch.GetElapsedTime(last) >= outputInterval) && Visible(line) is { Length: > 0 } visible)
            ShowLive(visible);
    }

    /// <summary>Shows what the task does in the terminal's live line, where the name of a target would stand.</summary>
    public void ShowLive(string message)
    {
        if (!live)
            return;
        lastLive = Stopwatch.GetTimestamp();
        TerminalLiveLine.Show(engine, message);
    }

    /// <summary>One short line, without what would move the cursor.</summary>
    static string Visible(string line)
    {
        var text = new string([.. line.Take(longestOutput).Select(character => char.IsControl(character) ? ' ' : character)]).Trim();
        return text.Length > 0 && char.IsHighSurrogate(text[^1]) ? text[..^1] : text;
    }

    string? Link(string code) => helpLink is "" ? null : $"{helpLink}#{code.ToLowerInvariant()}";
}
