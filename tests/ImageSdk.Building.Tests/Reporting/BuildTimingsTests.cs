using ImageSdk.Building.Reporting;
using ImageSdk.Contracts.Messages;
using ImageSdk.Contracts.Stages;

namespace ImageSdk.Building.Tests.Reporting;

public class BuildTimingsTests
{
    static BuildTimings Timings()
    {
        var timings = new BuildTimings();
        Add(ImageStage.CopyFiles, new(StageResult.Cached, "cached"));
        Add(ImageStage.RunPreInstallScripts, new(StageResult.Nothing, "nothing to do"));
        Add(ImageStage.InstallPackages, new(StageResult.Ran, "1 s", new LayerSize(3 << 20, 1234)), "Updating <lists>", "Installing a&b");
        return timings;

        void Add(ImageStage stage, StageOutcome outcome, params string[] phases)
        {
            var clock = new StageClock(timings, stage.ToString(), new RecordingListener());
            foreach (var phase in phases)
                clock.Progress(phase);
            clock.Stop(outcome);
        }
    }

    [Fact]
    public void Phases_follow_one_another_and_fill_their_stage()
    {
        var stage = Timings().Stages[^1];
        Assert.Equal(["Updating <lists>", "Installing a&b"], stage.Phases.Select(phase => phase.Text));
        Assert.Equal(stage.Phases[0].Start + stage.Phases[0].Duration, stage.Phases[1].Start);
        Assert.Equal(stage.Start + stage.Duration, stage.Phases[1].Start + stage.Phases[1].Duration);
        Assert.True(stage.Phases[0].Start >= stage.Start);
    }

    [Fact]
    public void The_table_has_the_stages_that_had_something_to_do()
    {
        var lines = TimingTable.Format("web", Timings());
        Assert.Equal(3, lines.Count);
        Assert.StartsWith("web: 1 of 2 stages run, 1 from the cache, 3 MiB new, ", lines[0]);
        Assert.Matches(@"^  CopyFiles +cached +\d+\.\d\d s$", lines[1]);
        Assert.Matches(@"^  InstallPackages +run +\d+\.\d\d s +3 MiB +1,234 names$", lines[2]);
    }

    [Fact]
    public void Where_no_stage_ran_there_is_nothing_to_say() => Assert.Empty(TimingTable.Format("web", new BuildTimings()));

    [Fact]
    public void The_page_shows_names_as_text_and_bars_within_it()
    {
        var page = TimelinePage.Write("a <b> & \"c\"", Timings(), new DateTimeOffset(2026, 2, 3, 4, 5, 6, TimeSpan.Zero));
        Assert.Contains("<h1>a &lt;b&gt; &amp; &quot;c&quot;</h1>", page);
        Assert.Contains("Updating &lt;lists&gt;", page);
        Assert.DoesNotContain("<lists>", page);
        Assert.Contains("2026-02-03 04:05:06", page);
        Assert.All(System.Text.RegularExpressions.Regex.Matches(page, @"left:([\d.]+)%;width:([\d.]+)%"), bar => Assert.InRange(
            double.Parse(bar.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture) + double.Parse(bar.Groups[2].Value, System.Globalization.CultureInfo.InvariantCulture),
            0, 100.01));
    }
}
