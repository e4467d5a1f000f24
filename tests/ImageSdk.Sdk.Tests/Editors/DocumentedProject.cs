using System.Text.RegularExpressions;
using ImageSdk.Sdk.Tests.Harness;

namespace ImageSdk.Sdk.Tests.Editors;

/// <summary>Properties and items of an image project as the pages describe them: what editors show is written from that.</summary>
static partial class DocumentedProject
{
    /// <param name="Section">The heading below which it stands.</param>
    /// <param name="Default">In words; empty for none.</param>
    public sealed record Property(string Name, string Section, string Default, string Meaning)
    {
        public bool IsFlag => DefaultFlag().IsMatch(Default);

        public IReadOnlyList<string> Values => IsFlag ? ["true", "false"] : Words.GetValueOrDefault(Name, []);
    }

    public sealed record Item(string Name, IReadOnlyList<Metadata> Metadata, bool HasMore, string Meaning);

    public sealed record Metadata(string Name, IReadOnlyList<string> Values);

    /// <summary>The words that a property or metadata takes, where they are few. A test holds them to the pages.</summary>
    public static IReadOnlyDictionary<string, string[]> Words { get; } = new Dictionary<string, string[]>
    {
        ["BootstrapDistribution"] = ["debian", "ubuntu"],
        ["BootstrapTool"] = ["apt", "mmdebstrap", "debootstrap"],
        ["ComputedFilesMode"] = ["Replace", "Add"],
        ["GlanceFormat"] = ["qcow2", "raw", "vhd", "vmdk", "iso", "repack"],
        ["GlanceVisibility"] = ["private", "shared", "community", "public"],
        ["ImageArchitecture"] = ["amd64", "arm64"],
        ["ImageConffilePolicy"] = ["Keep", "Replace"],
        ["ImageDiskFirmware"] = ["bios", "uefi", "both"],
        ["ImageDotnetRuntime"] = ["Sdk", "Package", "None"],
        ["ImageFilterMode"] = ["Replace", "Add"],
        ["ImageNetwork"] = ["isolated", "host", "none"],
        ["ImageRootBy"] = ["uuid", "label"],
        ["ImageRootFileSystem"] = ["ext4", "btrfs"],
        ["ImageRunFirmware"] = ["bios", "uefi"],
        ["ImageSbomFiles"] = ["auto", "all", "none"],
        ["ImageTriggersMode"] = ["Replace", "Add"],
        ["ImageVhdType"] = ["fixed", "dynamic"],
        ["RuntimeIdentifier"] = ["linux-x64", "linux-arm64"],
        ["ContainerPort.Type"] = ["tcp", "udp", "sctp"],
        ["ImageBuiltTree.Stage"] = ["Files", "PostInstall", "PostScripts"],
        ["ImageFile.Stage"] = ["Files", "PostInstall", "PostScripts"],
        ["ImagePartition.FileSystem"] = ["ext4", "btrfs"],
        ["ImagePartition.Position"] = ["BeforeRoot", "AfterRoot"],
        ["ImageScript.Stage"] = ["PreInstall", "Scripts", "PostCleanup"],
        ["ImageTree.Stage"] = ["Files", "PostInstall", "PostScripts"],
    };

    static readonly HashSet<string> flags =
    [
        "ImageBindMount.Writable", "ImageGroup.System", "ImageMount.Required", "ImageNetworkInterface.Required", "ImagePackageArchive.Keep", "ImagePartition.Grow",
        "ImageTree.Append", "ImageTree.Templated", "ImageTrigger.DoReboot", "ImageTrigger.DoReload", "ImageTrigger.HighImpact", "ImageUnit.Optional",
        "ImageUser.CreateHome", "ImageUser.Locked", "ImageUser.System",
    ];

    /// <summary>Those that a project sets, in the order of the page.</summary>
    public static IReadOnlyList<Property> Properties { get; } =
    [
        // What only the build sets is there for conditions.
        .. Tables("docs/properties.md").Where(row => row.Header[0] == "property" && row.Section != "What the build sets" && row.Cells[1] != "from `ImageTarget`")
            .SelectMany(row => Code(row.Cells[0]).Select(name => new Property(name, row.Section, row.Cells[1], Plain(row.Cells[2])))),
    ];

    public static IReadOnlyList<Item> Items { get; } =
    [
        .. Tables("docs/items.md").Where(row => row.Header[0] == "item")
            .SelectMany(row => Code(row.Cells[0]).Select(name => new Item(
                name, [.. Code(row.Cells[1]).Select(metadata => new Metadata(metadata, ValuesOf($"{name}.{metadata}")))],
                row.Cells[1].Contains("options", StringComparison.Ordinal), row.Cells.Count > 2 ? Plain(row.Cells[2]) : ""))),
    ];

    /// <summary>A name as people read it: "ImageStream" is "Image stream".</summary>
    public static string Title(string name)
    {
        var words = Word().Replace(name, " $0").Trim().Split(' ');
        return string.Join(' ', words.Select((word, at) => at == 0 || word.All(char.IsUpper) ? word : word.ToLowerInvariant()));
    }

    static IReadOnlyList<string> ValuesOf(string metadata) => flags.Contains(metadata) ? ["true", "false"] : Words.GetValueOrDefault(metadata, []);

    /// <summary>The words in backquotes.</summary>
    static IEnumerable<string> Code(string cell) => Quoted().Matches(cell).Select(match => match.Groups[1].Value);

    /// <summary>Markdown as plain text.</summary>
    static string Plain(string cell) => Link().Replace(cell, "$1").Replace("`", "", StringComparison.Ordinal).Replace("**", "", StringComparison.Ordinal);

    static IEnumerable<(string Section, IReadOnlyList<string> Header, IReadOnlyList<string> Cells)> Tables(string page)
    {
        var section = "";
        IReadOnlyList<string>? header = null;
        foreach (var line in Repository.Read(page).Split('\n'))
        {
            if (line.StartsWith('#'))
                section = line.TrimStart('#', ' ');
            if (!line.StartsWith('|'))
                header = null;
            else if (header is null)
                header = Cells(line);
            else if (!line.StartsWith("| ---", StringComparison.Ordinal))
                yield return (section, header, Cells(line));
        }
    }

    static IReadOnlyList<string> Cells(string line) => [.. line.Trim().Trim('|').Split(" |").Select(cell => cell.Trim())];

    [GeneratedRegex("`(true|false)`")]
    private static partial Regex DefaultFlag();

    [GeneratedRegex("`([A-Za-z_]+)`")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"\[([^\]]+)\]\([^)]+\)")]
    private static partial Regex Link();

    [GeneratedRegex("[A-Z][a-z]+|[A-Z]+(?![a-z])|(?<=[a-z])[0-9]+")]
    private static partial Regex Word();
}
