using System.Xml.Linq;
using ImageSdk.Contracts.Stages;
using ImageSdk.Sdk.Tests.Harness;

namespace ImageSdk.Sdk.Tests;

/// <summary>What belongs to every stage is there: docs/contributing/add-a-stage.md has the list.</summary>
public sealed class StageTableTests
{
    const string Folder = "src/Sdk/targets/Stages";

    public static TheoryData<string> EveryStage => Stages.Data;

    public static TheoryData<string> EveryStageButTheFirst => [.. Stages.Run];

    [Fact]
    public void Every_stage_has_a_row_in_order() => Assert.Equal(Enum.GetValues<ImageStage>(), StageTable.Rows.Select(row => row.Stage));

    [Fact]
    public void Every_stage_has_a_file_of_targets_and_every_file_a_stage() => Assert.Equal(
        Stages.All.Order(StringComparer.Ordinal),
        Directory.EnumerateFiles(Path.Combine(Repository.Root, Folder)).Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal));

    [Theory, MemberData(nameof(EveryStage))]
    public void A_stage_has_its_targets_and_hooks(string stage)
    {
        var targets = XDocument.Parse(Repository.Read($"{Folder}/{stage}.targets")).Descendants("Target").ToDictionary(target => (string)target.Attribute("Name")!);
        Assert.Equal([$"_Digest{stage}", stage, $"_After{stage}"], targets.Keys);
        Assert.Equal($"$({stage}DependsOn)", (string?)targets[stage].Attribute("DependsOnTargets"));
        Assert.Equal(stage, (string?)Assert.Single(targets[$"_Digest{stage}"].Elements("DigestStageInputs")).Attribute("Stage"));
        Assert.Equal((stage, $"After{stage}"), ((string?)targets[$"_After{stage}"].Attribute("AfterTargets"), (string?)targets[$"_After{stage}"].Attribute("DependsOnTargets")));
        var hooks = XDocument.Parse(Repository.Read("src/Sdk/targets/ImageSdk.Hooks.props")).Descendants("Target").Select(target => (string)target.Attribute("Name")!);
        Assert.Equal([$"Before{stage}", $"After{stage}"], hooks.Where(name => name == $"Before{stage}" || name == $"After{stage}"));
    }

    [Theory, MemberData(nameof(EveryStageButTheFirst))]
    public void A_stage_follows_the_one_before_it(string stage)
    {
        var before = Stages.All[Stages.All.ToList().IndexOf(stage) - 1];
        var file = XDocument.Parse(Repository.Read($"{Folder}/{stage}.targets"));
        var order = file.Descendants($"{stage}DependsOn").Single().Value.Split(';');
        Assert.Equal([before, $"$({stage}DependsOn)", $"Before{stage}", $"_Digest{stage}"], order.Where(name => !name.StartsWith("_Lock", StringComparison.Ordinal)));
        var target = file.Descendants("Target").Single(target => (string?)target.Attribute("Name") == stage);
        Assert.Equal($"$(ImageStateDirectory){stage}.inputs;$(ImageStateDirectory){before}.stage", (string?)target.Attribute("Inputs"));
        Assert.Equal($"$(ImageStateDirectory){stage}.stage", ((string?)target.Attribute("Outputs"))?.Split(';')[0]);
        Assert.Equal(stage, (string?)Assert.Single(target.Elements("RunImageStage")).Attribute("Stage"));
    }

    [Theory, MemberData(nameof(EveryStage))]
    public void What_a_stage_reads_is_documented(string stage)
    {
        var row = StageTable.Find(stage)!;
        var lines = Repository.Read("docs/manifest.md").Split('\n');
        foreach (var name in row.Folder.Length > 0 ? row.Files.Append(row.Folder + "/") : row.Files)
            Assert.Contains(lines, line => line.StartsWith("| `", StringComparison.Ordinal) && line.Split('|')[1].Contains($"`{name}`", StringComparison.Ordinal) && line.Split('|')[2].Split(',', StringSplitOptions.TrimEntries).Contains(stage));
        if (row.ItemValue.Length > 0)
            Assert.Contains(Repository.Read("docs/items.md").Split('\n'),
                line => line.StartsWith($"| `{row.ItemValue}`", StringComparison.Ordinal) && line.EndsWith($"| `{row.Folder}/` |", StringComparison.Ordinal));
    }

    [Fact]
    public void No_two_stages_claim_the_same()
    {
        string[] folders = [.. StageTable.Rows.Select(row => row.Folder).Concat(StageTable.Rows.SelectMany(row => row.Files)).Where(name => name.Length > 0)];
        Assert.Distinct(folders);
        Assert.All(Enum.GetValues<StageKind>(), kind => Assert.Distinct(StageTable.OfKind(kind).Select(row => row.ItemValue)));
    }

    [Fact]
    public void Only_stages_that_repeat_have_items()
    {
        StageKind[] chosen = [StageKind.Files, StageKind.Scripts];
        Assert.All(StageTable.Rows, row => Assert.Equal(chosen.Contains(row.Kind), row.ItemValue.Length > 0));
        Assert.All(Enum.GetValues<StageKind>().Except(chosen), kind => Assert.Single(StageTable.OfKind(kind)));
    }

    [Fact]
    public void The_page_of_stages_names_what_the_tests_look_at()
    {
        var page = Repository.Read("docs/contributing/add-a-stage.md");
        Assert.All(
            new[] { "src/Contracts/Stages/StageTable.cs", $"{Folder}/", "src/Sdk/targets/ImageSdk.Hooks.props", "docs/targets.md", "docs/manifest.md", "docs/items.md", "tests/ImageSdk.Building.Tests/Stages/StageKeysTests.cs" },
            path => Assert.True(page.Contains($"`{path}", StringComparison.Ordinal) && Path.Exists(Path.Combine(Repository.Root, path)), path));
    }
}
