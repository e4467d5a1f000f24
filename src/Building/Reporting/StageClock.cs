using ImageSdk.Contracts.Diagnostics;

namespace ImageSdk.Building.Reporting;

/// <summary>Times one stage, and its phases by what it tells of its progress.</summary>
sealed class StageClock(BuildTimings timings, string stage, IBuildListener listener) : IBuildListener
{
    readonly TimeSpan start = timings.Elapsed;
    readonly List<(string Text, TimeSpan Start)> phases = [];

    bool hasStopped;

    public void Report(Diagnostic diagnostic) => listener.Report(diagnostic);

    public void Progress(string message)
    {
        lock (phases)
            phases.Add((message, timings.Elapsed));
        listener.Progress(message);
    }

    public void Output(string line) => listener.Output(line);

    /// <summary>Says that the stage ended without a result, unless it has one.</summary>
    public void Fail()
    {
        if (!hasStopped)
            Stop(new(StageResult.Failed, "failed"));
    }

    public void Stop(StageOutcome outcome)
    {
        hasStopped = true;
        var end = timings.Elapsed;
        lock (phases)
            timings.Add(new StageTiming(
                stage, outcome.Result, start, end - start, outcome.Layer?.Bytes, outcome.Layer?.Entries,
                [.. phases.Select((phase, index) => new StagePhase(
                    phase.Text, phase.Start, (index + 1 < phases.Count ? phases[index + 1].Start : end) - phase.Start))], outcome.Note));
    }
}
