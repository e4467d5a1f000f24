using ImageSdk.Artifacts;
using ImageSdk.Artifacts.Formats;
using Microsoft.Build.Framework;

namespace ImageSdk.Tasks.Reading;

sealed partial class ItemReader
{
    /// <summary>The Container items of a project as options of formats.</summary>
    /// <param name="items">Items of all kinds in their order, with metadata Option: the option that they are for.</param>
    static IEnumerable<(string Name, string Value)> ContainerOptions(ITaskItem[] items) =>
        items.GroupBy(item => item.GetMetadata("Option")).Select(group => (group.Key, ContainerOption(group.Key, [.. group])));

    static string ContainerOption(string option, IReadOnlyList<ITaskItem> items) => option switch
    {
        "Environment" or "Labels" => ArtifactOption.Format(
            items.GroupBy(item => item.ItemSpec).ToDictionary(group => group.Key, group => group.Last().GetMetadata("Value"))),
        "Ports" => ArtifactOption.Format(items.Select(item => item.GetMetadata("Type") is { Length: > 0 } type ? $"{item.ItemSpec}/{type}" : item.ItemSpec)),
        "HealthCheck" => HealthCheck(items).Format(),
        _ => ArtifactOption.Format(items.Select(item => item.ItemSpec)),
    };

    /// <summary>The items are the words of the command; what else there is to say may stand at any of them.</summary>
    static OciHealthCheck HealthCheck(IReadOnlyList<ITaskItem> words) => new(
        [Shell(words) ? "CMD-SHELL" : "CMD", .. words.Select(word => word.ItemSpec)],
        Time(words, "Interval"), Time(words, "Timeout"), Time(words, "StartPeriod"), Time(words, "StartInterval"),
        (int?)(Saying(words, "Retries") is { } item ? Number(item, "Retries") : null));

    static bool Shell(IReadOnlyList<ITaskItem> words) =>
        Saying(words, "Shell") is { } item && Words.Flag(item.GetMetadata("Shell"), Name(item, "Shell"), Place(item));

    /// <returns>Nanoseconds.</returns>
    static long? Time(IReadOnlyList<ITaskItem> words, string metadata) =>
        Saying(words, metadata) is { } item ? (long)Durations.Parse(item.GetMetadata(metadata), Name(item, metadata), Place(item)).TotalNanoseconds : null;

    static ITaskItem? Saying(IReadOnlyList<ITaskItem> items, string metadata) => items.FirstOrDefault(item => item.GetMetadata(metadata).Length > 0);
}
