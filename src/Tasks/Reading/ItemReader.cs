using System.Globalization;
using ImageSdk.Contracts.Projects;
using ImageSdk.Contracts.Stages;
using Microsoft.Build.Framework;

namespace ImageSdk.Tasks.Reading;

/// <summary>Items and their metadata as the engine's records. Mistakes are reported at the file that declares the item.</summary>
/// <param name="absolute">Makes a path of the project absolute.</param>
sealed partial class ItemReader(Func<string, string> absolute)
{
    public IReadOnlyList<string> Names(ITaskItem[] items) => [.. items.Select(item => item.ItemSpec)];

    public IReadOnlyList<string> Paths(ITaskItem[] items) => [.. items.Select(item => absolute(item.ItemSpec))];

    public IReadOnlyList<NamedValue> Named(ITaskItem[] items) =>
        [.. items.Select(item => new NamedValue(item.ItemSpec, item.GetMetadata("Value")))];

    /// <summary>One pair for each of the values in metadata Values, which a semicolon or a line feed separates.</summary>
    public IReadOnlyList<NamedValue> NamedValues(ITaskItem[] items) =>
        [.. items.SelectMany(item => List(Required(item, "Values"), ';').Select(value => new NamedValue(item.ItemSpec, value)))];

    public IReadOnlyList<NamedValue> NamedPaths(ITaskItem[] items, string metadata) =>
        [.. items.Select(item => new NamedValue(item.ItemSpec, absolute(Required(item, metadata))))];

    public IReadOnlyList<ProjectFileItem> Files(ITaskItem[] items) => [.. items.Select(File)];

    public IReadOnlyList<ProjectTreeItem> Trees(ITaskItem[] items) =>
        [.. items.Select(item => new ProjectTreeItem(Path.TrimEndingDirectorySeparator(absolute(item.ItemSpec)), Stage(item, ImageStage.CopyFiles), Use(item))
        {
            TargetPath = item.GetMetadata("TargetPath"), Owner = Owner(item, "ImageTree"), ComesFirst = item.GetMetadata("ImageProfile").Length > 0,
        })];

    static ProjectTreeUse Use(ITaskItem item) =>
        (Words.Flag(item.GetMetadata("Append"), Name(item, "Append"), Place(item)), Words.Flag(item.GetMetadata("Templated"), Name(item, "Templated"), Place(item))) switch
        {
            (true, true) => throw Words.Wrong(Name(item, "Templated"), "true", "false where Append is true", Place(item)),
            (true, _) => ProjectTreeUse.Append,
            (_, true) => ProjectTreeUse.Template,
            _ => ProjectTreeUse.Copy,
        };

    public IReadOnlyList<ProjectScriptItem> Scripts(ITaskItem[] items) =>
        [.. items.Select(item => new ProjectScriptItem(absolute(item.ItemSpec), Stage(item, ImageStage.RunScripts)))];

    public IReadOnlyList<ProjectTriggerItem> Triggers(ITaskItem[] items) =>
        [.. items.Select(item => new ProjectTriggerItem(
            item.ItemSpec,
            Words.Lines(Required(item, "MatchLines")),
            Words.Flag(item.GetMetadata("DoReboot"), Name(item, "DoReboot"), Place(item)),
            Words.Flag(item.GetMetadata("DoReload"), Name(item, "DoReload"), Place(item)),
            Words.Flag(item.GetMetadata("HighImpact"), Name(item, "HighImpact"), Place(item)),
            item.GetMetadata("SortName")))];

    public IReadOnlyList<ProjectComputedFileItem> ComputedFiles(ITaskItem[] items) =>
        [.. items.Select(item => new ProjectComputedFileItem(item.ItemSpec, Required(item, "Source")))];

    public IReadOnlyList<BindMount> BindMounts(ITaskItem[] items) =>
        [.. items.Select(item => new BindMount(
            absolute(item.ItemSpec),
            item.GetMetadata("TargetPath") is { Length: > 0 } target ? target : absolute(item.ItemSpec),
            Words.Flag(item.GetMetadata("Writable"), Name(item, "Writable"), Place(item))))];

    public IReadOnlyList<Secret> Secrets(ITaskItem[] items) => [.. items.Select(item =>
        (item.GetMetadata("File"), item.GetMetadata("EnvironmentVariable")) switch
        {
            ({ Length: > 0 } file, "") => new Secret(item.ItemSpec, absolute(file), null),
            ("", { Length: > 0 } variable) => new Secret(item.ItemSpec, null, variable),
            _ => throw Words.Wrong(Name(item, "File"), item.GetMetadata("File"), "either File or EnvironmentVariable, not both and not none", Place(item)),
        })];

    public IReadOnlyList<PackageArchive> Archives(ITaskItem[] items) => [.. items.Select(item => new PackageArchive(item.ItemSpec)
    {
        File = Place(item),
        Uris = AptWords(item, "URIs"),
        Suites = AptWords(item, "Suites"),
        Components = AptWords(item, "Components"),
        Architectures = AptWords(item, "Architectures"),
        KeyFile = item.GetMetadata("KeyFile") is { Length: > 0 } key ? absolute(key) : "",
        Fingerprint = item.GetMetadata("Fingerprint"),
        PinPriority = item.GetMetadata("PinPriority") is not { Length: > 0 } priority ? null
            : int.TryParse(priority, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number != 0 ? number
            : throw Words.Wrong(Name(item, "PinPriority"), priority, "a number other than 0, such as 600 (see apt_preferences)", Place(item)),
        Keep = Words.Flag(item.GetMetadata("Keep"), Name(item, "Keep"), Place(item), unset: true),
    })];

    // deb822 separates words by blanks, MSBuild values by semicolons.
    static IReadOnlyList<string> AptWords(ITaskItem item, string metadata) =>
        item.GetMetadata(metadata).Split([' ', ';', '\t', '\n', '\r'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    ProjectFileItem File(ITaskItem item)
    {
        var target = Required(item, "TargetPath");
        if (target.EndsWith('/'))
            target += Path.GetFileName(item.ItemSpec);
        var mode = item.GetMetadata("Mode");
        if (mode.AsSpan().ContainsAnyExceptInRange('0', '7') || mode.Length > 5)
            throw Words.Wrong(Name(item, "Mode"), mode, "permission bits in octal, such as 0644 or 4755", Place(item));
        return new(absolute(item.ItemSpec), target, Stage(item, ImageStage.CopyFiles), mode) { Owner = Owner(item, "ImageFile", hasModes: false) };
    }

    /// <param name="unset">The stage of items that name none; those of its kind can be named.</param>
    static ImageStage Stage(ITaskItem item, ImageStage unset)
    {
        if (item.GetMetadata("Stage") is not { Length: > 0 } said)
            return unset;
        List<StageRow> choices = [.. StageTable.OfKind(StageTable.Of(unset).Kind)];
        return choices.Find(row => row.ItemValue.Equals(said, StringComparison.OrdinalIgnoreCase))?.Stage
            ?? throw Words.Wrong(Name(item, "Stage"), said, string.Join(", ", choices.Select(row => row.ItemValue)), Place(item));
    }

    static string Required(ITaskItem item, string metadata) =>
        item.GetMetadata(metadata) is { Length: > 0 } said ? said : throw Words.Wrong(Name(item, metadata), "", "a value", Place(item));

    static IReadOnlyList<string> List(string text, char separator) =>
        text.Split([separator, '\n', '\r'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    static string Name(ITaskItem item, string metadata) => $"{metadata} of '{item.ItemSpec}'";

    static string Place(ITaskItem item) => item.GetMetadata("DefiningProjectFullPath");
}
