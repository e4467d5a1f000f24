using System.Globalization;
using ImageSdk.Images;

namespace ImageSdk.Building.Reporting;

/// <summary>The times of a build as lines of text.</summary>
public static class TimingTable
{
    /// <param name="name">Of the project.</param>
    /// <returns>A line that sums up and one for each stage that had something to do; none where no stage ran.</returns>
    public static IReadOnlyList<string> Format(string name, BuildTimings timings)
    {
        var stages = timings.Stages.Where(stage => stage.Result != StageResult.Nothing).ToList();
        var ran = stages.Where(stage => stage.Result == StageResult.Ran).ToList();
        if (ran.Count == 0)
            return [];
        var bytes = ran.Aggregate(0ul, (sum, stage) => sum + (stage.Bytes ?? 0));
        return
        [
            string.Create(CultureInfo.InvariantCulture,
                $"{name}: {ran.Count} of {stages.Count} stages run, {stages.Count - ran.Count} from the cache, {HumanSize.Format(bytes)} new, {timings.Duration.TotalSeconds:0.00} s"),
            .. stages.SelectMany(stage => stage.Note is null ? [Line(stage)] : new[] { Line(stage), $"    {stage.Note}" }),
        ];
    }

    static string Line(StageTiming stage)
    {
        var size = stage is { Bytes: { } bytes, Entries: { } entries }
            ? string.Create(CultureInfo.InvariantCulture, $"{HumanSize.Format(bytes),12} {entries,8:#,0} names")
            : "";
        return string.Create(CultureInfo.InvariantCulture,
            $"  {stage.Stage,-24}{(stage.Result == StageResult.Ran ? "run" : "cached"),-8}{stage.Duration.TotalSeconds,8:0.00} s{size}").TrimEnd();
    }
}
