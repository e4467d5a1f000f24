using ImageSdk.Sdk.Tests.Harness;

namespace ImageSdk.Sdk.Tests;

/// <summary>One build of a project that uses every extension point of every stage.</summary>
public sealed class HookedBuild : IDisposable
{
    readonly TestFolder folder = new();

    public HookedBuild()
    {
        string[] names = ["PrepareImage", .. Stages.All, "PublishImage"];
        var hooks = names.Select(name => $"""
              <PropertyGroup><{name}DependsOn>Own{name}</{name}DependsOn></PropertyGroup>
              <Target Name="Own{name}"><Message Importance="high" Text="HOOK Own{name}." /></Target>
              <Target Name="Before{name}"><Message Importance="high" Text="HOOK Before{name}." /></Target>
              <Target Name="After{name}"><Message Importance="high" Text="HOOK After{name}." /></Target>
            """);
        folder.Project("hooked", string.Join('\n', hooks) + """
              <Target Name="BeforeBuildImage"><Message Importance="high" Text="HOOK BeforeBuildImage." /></Target>
              <Target Name="AfterBuildImage"><Message Importance="high" Text="HOOK AfterBuildImage." /></Target>
            """);
        First = folder.Run("publish", "-tl:off").Succeeded();
        Second = folder.Build().Succeeded();
    }

    internal BuildResult First { get; }

    internal BuildResult Second { get; }

    public void Dispose() => folder.Dispose();
}

public sealed class StageHookTests(HookedBuild build) : IClassFixture<HookedBuild>
{
    public static TheoryData<string> EveryStage => Stages.Data;

    [Theory, MemberData(nameof(EveryStage))]
    public void A_stage_runs_between_its_hooks_and_after_the_targets_it_depends_on(string stage)
    {
        var own = build.First.At($"HOOK Own{stage}.");
        var before = build.First.At($"HOOK Before{stage}.");
        var after = build.First.At($"HOOK After{stage}.");

        Assert.True(own < before && before < after, build.First.Output);
        if (stage != "ResolveSourceImage")
            Assert.InRange(build.First.At($"running {stage}"), before + 1, after - 1);
    }

    [Theory, MemberData(nameof(EveryStage))]
    public void A_stage_starts_after_the_hooks_of_the_one_before(string stage)
    {
        var previous = stage == Stages.All[0] ? "PrepareImage" : Stages.All[Stages.All.ToList().IndexOf(stage) - 1];

        Assert.True(build.First.At($"HOOK After{previous}.") < build.First.At($"HOOK Own{stage}."), build.First.Output);
    }

    [Theory, MemberData(nameof(EveryStage))]
    public void Hooks_run_also_when_their_stage_is_up_to_date(string stage)
    {
        Assert.True(build.Second.At($"HOOK Before{stage}.") < build.Second.At($"HOOK After{stage}."), build.Second.Output);
        Assert.DoesNotContain($"running {stage}", build.Second.Output);
    }

    [Fact]
    public void The_build_as_a_whole_and_publishing_have_hooks_too()
    {
        Assert.True(build.First.At("HOOK BeforeBuildImage.") < build.First.At("HOOK BeforePrepareImage."));
        Assert.True(build.First.At("HOOK AfterTestImage.") < build.First.At("HOOK AfterBuildImage."));
        Assert.True(build.First.At("HOOK OwnPublishImage.") < build.First.At("HOOK BeforePublishImage."));
        Assert.True(build.First.At("HOOK AfterBuildImage.") < build.First.At("HOOK BeforePublishImage."));
        Assert.True(build.First.At("HOOK BeforePublishImage.") < build.First.At("HOOK AfterPublishImage."));
    }
}
