using ImageSdk.Contracts.Projects;
using Microsoft.Build.Framework;

namespace ImageSdk.Tasks.Reading;

sealed partial class ItemReader
{
    /// <summary>Commands are split as a shell does; patterns and verbatim text are one a line, patterns also one a semicolon.</summary>
    public IReadOnlyList<PackagerType> PackagerTypes(ITaskItem[] items) => [.. items.Select(item => new PackagerType
    {
        Name = item.ItemSpec,
        CleanCommand = Command(item, "CleanCommand"),
        CleanPatterns = List(item.GetMetadata("CleanPatterns"), ';'),
        InstallCommand = Command(item, "InstallCommand"),
        ListCommand = Command(item, "ListCommand"),
        ListSizeMultiplier = Multiplier(item),
        RemoveCommand = Command(item, "RemoveCommand"),
        UpdateCommand = Command(item, "UpdateCommand"),
        UpgradeCommand = Command(item, "UpgradeCommand"),
        Verbatim = item.GetMetadata("Verbatim") is { Length: > 0 } text ? Verbatim(text) : [],
    })];

    static IReadOnlyList<string> Command(ITaskItem item, string metadata) =>
        CommandLine.Split(item.GetMetadata(metadata), Name(item, metadata), Place(item));

    static ulong Multiplier(ITaskItem item) => item.GetMetadata("ListSizeMultiplier") switch
    {
        "" => 1,
        var text => (ulong)Sizes.Parse(text, Name(item, "ListSizeMultiplier"), Place(item)),
    };

    /// <summary>Shell text: blanks within it count, the line feeds around it do not.</summary>
    static IReadOnlyList<string> Verbatim(string text) => text.ReplaceLineEndings("\n").Trim('\n').Split('\n');
}
