using ImageSdk.Contracts.Diagnostics;

namespace ImageSdk.Building.Reporting;

/// <summary>Times one stage, and its phases by what it tells of its progress.</summary>
sealed class StageClock(BuildTimings timings, string stage, IBuildListener listener) : IBuildListener
{
    readonly TimeSpan start = timings.Elapsed;
    readonly List<(string Text, TimeSpan Start)> phases = [];

    public void Report(Diagnostic diagnostic) => listener.Report(diagnostic);

    public void Progress(string message)
    {
        lock (phases)
            phases.Add((message, timings.Elapsed));
        listener.Progress(message);
    }

    public void Output(string line) => listener.Output(line);

    public void Stop(StageOutcome outcome)
    {
        var end = timings.Elapsed;
        lock (phases)
            timings.Add(new StageTiming(
                stage, outcome.Result, start, end - start, outcome.Layer?.Bytes, outcome.Layer?.Entries,
                [.. phases.Select((phase, index) => new StagePhase(
                    phase.Text, phase.Start, (index + 1 < phases.Count ? phases[index + 1].Start : end) - phase.Start))], outcome.Note));
    }
}
