using System.Text.RegularExpressions;
using ImageSdk.Contracts.Stages;
using ImageSdk.Sdk.Tests.Harness;

namespace ImageSdk.Sdk.Tests;

/// <summary>The pages list what the SDK's files define, and nothing else.</summary>
public sealed partial class DocumentationTests
{
    static readonly string targets = string.Concat(
        Directory.EnumerateFiles(Path.Combine(Repository.Root, "src/Sdk"), "*", SearchOption.AllDirectories).Select(File.ReadAllText));

    [Fact]
    public void Every_public_property_is_documented_and_exists()
    {
        var documented = Rows("docs/properties.md");
        var defaults = PropertyDefault().Matches(Repository.Read("src/Sdk/targets/ImageSdk.Defaults.targets"));
        var passed = PropertyOfTask().Matches(Repository.Read("src/Sdk/targets/ImageSdk.Build.targets"));
        // The last ones are the package's own.
        string[] common = ["MSBuildProjectFullPath", "TargetPath", "EnableDefaultItems"];

        Assert.Equal([], defaults.Concat(passed).Select(match => match.Groups[1].Value).Where(IsPublic).Distinct().Except(documented).Except(common));
        Assert.All(documented, name => Assert.Matches($@"\$\({name}\b|<{name}>", targets + "<ImageSdkVersion>"));
    }

    [Fact]
    public void Every_item_is_documented_and_exists()
    {
        var documented = Rows("docs/items.md").Except(StageTable.Rows.Select(row => row.ItemValue)).ToList();
        var passed = ItemOfTask().Matches(Repository.Read("src/Sdk/targets/ImageSdk.Build.targets")).Select(match => match.Groups[1].Value).Where(IsPublic);
        var containers = ContainerItem().Matches(Repository.Read("src/Sdk/targets/ImageSdk.Containers.targets")).Select(match => match.Groups[1].Value);

        Assert.Equal(passed.Append("PackageReference").Append("ProjectReference").Append("ImageFormat").Append("ImageAdvisoryIgnore").Append("ImageBootTest").Append("ImageDevice").Append("ImageBuiltTree").Append("GlanceProperty").Append("ImageServiceTag").Concat(containers).Order(StringComparer.Ordinal), documented.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void All_metadata_is_documented()
    {
        var page = Repository.Read("docs/items.md");
        var read = Metadata().Matches(Repository.Read("src/Tasks/Reading/ItemReader.cs") + Repository.Read("src/Tasks/Reading/ItemReader.Packagers.cs") + Repository.Read("src/Tasks/Reading/ItemReader.Disks.cs")
            + Repository.Read("src/Tasks/Reading/ItemReader.Containers.cs") + Repository.Read("src/Tasks/Reading/ItemReader.Settings.cs"));

        Assert.All(read.Select(match => match.Groups[1].Value).Where(name => name is not ("DefiningProjectFullPath" or "Option")), name => Assert.Contains($"`{name}", page));
    }

    [Fact]
    public void Every_stage_is_documented_in_order()
    {
        var documented = Rows("docs/targets.md").ToList();

        Assert.Equal(["PrepareImage", .. Stages.All], documented.Take(Stages.All.Count + 1));
        Assert.All(documented.Where(name => !name.Contains('…')), name => Assert.True(targets.Contains($"Name=\"{name}\"", StringComparison.Ordinal) || name is "Build" or "Clean" or "Pack" or "Rebuild", name));
    }

    static bool IsPublic(string name) => name[0] != '_';

    /// <summary>The first column of a page's tables.</summary>
    static IEnumerable<string> Rows(string page) => FirstColumn().Matches(Repository.Read(page)).Select(match => match.Groups[1].Value);

    [GeneratedRegex(@"^\| `([\w…]+)`", RegexOptions.Multiline)]
    private static partial Regex FirstColumn();

    [GeneratedRegex(@"^    <([A-Z]\w+) Condition", RegexOptions.Multiline)]
    private static partial Regex PropertyDefault();

    [GeneratedRegex(@"^      \w+=""\$\((\w+)\)""", RegexOptions.Multiline)]
    private static partial Regex PropertyOfTask();

    [GeneratedRegex(@"^      \w+=""@\((\w+)\)""", RegexOptions.Multiline)]
    private static partial Regex ItemOfTask();

    [GeneratedRegex(@"Include=""@\((\w+)\)"" Option")]
    private static partial Regex ContainerItem();

    [GeneratedRegex(@"(?:GetMetadata\(|\(item, |\(words, )""(\w+)""")]
    private static partial Regex Metadata();
}
