using ImageSdk.Images;

namespace ImageSdk.Comparison.Reports;

/// <summary>What differs besides packages and files, a line each.</summary>
/// <param name="What">"Filter line", "trigger", "tag"…</param>
/// <param name="How">"added", "removed" or "changed".</param>
sealed record OtherChange(string What, string How, string Text);

static class OtherChanges
{
    public static IReadOnlyList<OtherChange> Of(ImageComparison image) =>
    [
        .. image.HasFilter switch
        {
            (true, false) => (OtherChange[])[new("filter", "removed", "the image became sparse")],
            (false, true) => [new("filter", "added", "the image was sparse")],
            _ => [],
        },
        .. List("filter line", image.FilterLines, line => line),
        .. List("trigger", image.Triggers, TriggerText.Of),
        .. image.Tags.Select(tag => tag switch
        {
            (var key, null, var right) => new OtherChange("tag", "added", $"{key}={right}"),
            (var key, var left, null) => new("tag", "removed", $"{key}={left}"),
            var (key, left, right) => new("tag", "changed", $"{key}={left} -> {right}"),
        }),
        .. List("owner (user)", image.OwnerUsers, name => name),
        .. List("owner (group)", image.OwnerGroups, name => name),
    ];

    static IEnumerable<OtherChange> List<T>(string what, ListChange<T> change, Func<T, string> format) =>
        change.Removed.Select(item => new OtherChange(what, "removed", format(item))).Concat(change.Added.Select(item => new OtherChange(what, "added", format(item))));
}
