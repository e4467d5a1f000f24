using System.Diagnostics;

namespace ImageSdk.Building.Reporting;

/// <summary>Times of the stages of one build, those left out that MSBuild skipped.</summary>
public sealed class BuildTimings
{
    readonly List<StageTiming> stages = [];
    long? start;

    /// <summary>The stages in the order in which they ended.</summary>
    public IReadOnlyList<StageTiming> Stages => stages;

    /// <summary>When the first stage began; now, where none has.</summary>
    public DateTimeOffset StartedAt { get; private set; } = DateTimeOffset.UtcNow;

    /// <summary>From the start of the first stage to the end of the last.</summary>
    public TimeSpan Duration => stages.Count == 0 ? TimeSpan.Zero : stages.Max(stage => stage.Start + stage.Duration);

    internal TimeSpan Elapsed
    {
        get
        {
            if (start is null)
                (start, StartedAt) = (Stopwatch.GetTimestamp(), DateTimeOffset.UtcNow);
            return Stopwatch.GetElapsedTime(start.Value);
        }
    }

    internal void Add(StageTiming timing) => stages.Add(timing);
}
