using System.Globalization;
using System.Text;
using ImageSdk.Images.Text;

namespace ImageSdk.Images.Json;

/// <summary>All that is known of an image but its tree, as the original prints it: four blanks a level, every member.</summary>
public static class ImageMetadataJson
{
    const string NoTime = "0001-01-01T00:00:00Z";

    /// <param name="image">Whose file system is not looked at.</param>
    /// <param name="informationUrl">Comes first; empty for none.</param>
    /// <param name="createdOn">To the nanosecond, where that is known better than in the image.</param>
    /// <param name="expiresAt">To the nanosecond, where that is known better than in the image.</param>
    public static string Format(Image image, string informationUrl = "", string? createdOn = null, string? expiresAt = null)
    {
        var members = new List<(string, object?)>();
        if (informationUrl.Length > 0)
            members.Add(("InformationDatabaseURL", informationUrl));
        members.AddRange(
        [
            ("BuildBranch", image.BuildBranch),
            ("BuildCommitId", image.BuildCommitId),
            ("BuildGitUrl", image.BuildGitUrl),
            ("CreatedBy", image.CreatedBy),
            ("CreatedFor", image.CreatedFor),
            ("Filter", image.Filter is { } filter ? new (string, object?)[] { ("FilterLines", Texts(filter.Lines)) } : null),
            ("FileSystem", null),
            ("Triggers", image.Triggers is { } triggers ? new (string, object?)[] { ("Triggers", ListOrNull(triggers.List.Select(Describe))) } : null),
            ("ReleaseNotes", Describe(image.ReleaseNotes)),
            ("BuildLog", Describe(image.BuildLog)),
            ("CreatedOn", createdOn ?? FormatTime(image.CreatedOn)),
            ("ExpiresAt", expiresAt ?? FormatTime(image.ExpiresAt)),
            ("OwnerGroups", Texts(image.OwnerGroups)),
            ("OwnerUsers", Texts(image.OwnerUsers)),
            ("Packages", ListOrNull(image.Packages.Select(Describe))),
            ("SourceImage", image.SourceImage),
            ("Tags", image.Tags is { } tags
                ? tags.OrderBy(tag => tag.Key, Utf8Order.Instance).Select(tag => (tag.Key, (object?)tag.Value)).ToArray() : null),
        ]);
        var json = new StringBuilder();
        Append(json, members.ToArray(), 0);
        return json.Append('\n').ToString();
    }

    static object? Texts(IEnumerable<string> texts) => ListOrNull(texts);

    static object?[]? ListOrNull(IEnumerable<object?> items) => items.ToArray() is { Length: > 0 } list ? list : null;

    static object? Describe(Annotation? annotation) =>
        annotation is null ? null : new (string, object?)[] { ("Object", annotation.Object?.ToString()), ("URL", annotation.Url) };

    static object Describe(Package package) => new (string, object?)[]
    {
        ("Name", package.Name), ("Size", package.Size), ("Version", package.Version),
    };

    static object Describe(Trigger trigger)
    {
        var members = new List<(string, object?)> { ("MatchLines", Texts(trigger.MatchLines)), ("Service", trigger.Service) };
        if (trigger.SortName.Length > 0)
            members.Add(("SortName", trigger.SortName));
        foreach (var (name, flag) in (ReadOnlySpan<(string, bool)>)
            [("DoReboot", trigger.DoReboot), ("DoReload", trigger.DoReload), ("HighImpact", trigger.HighImpact)])
        {
            if (flag)
                members.Add((name, true));
        }
        return members.ToArray();
    }

    static string FormatTime(DateTimeOffset? time) => time is { } known
        ? known.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF", CultureInfo.InvariantCulture) +
            (known.Offset == TimeSpan.Zero ? "Z" : known.ToString("zzz", CultureInfo.InvariantCulture))
        : NoTime;

    static void Append(StringBuilder json, object? value, int level)
    {
        switch (value)
        {
            case null:
                json.Append("null");
                break;
            case string text:
                json.AppendQuoted(text);
                break;
            case bool flag:
                json.Append(flag ? "true" : "false");
                break;
            case (string Name, object? Value)[] members:
                AppendItems(json, '{', '}', members, level, member => Append(json.AppendQuoted(member.Name).Append(": "), member.Value, level + 1));
                break;
            case object?[] items:
                AppendItems(json, '[', ']', items, level, item => Append(json, item, level + 1));
                break;
            default:
                json.Append(CultureInfo.InvariantCulture, $"{value}");
                break;
        }
    }

    static void AppendItems<T>(StringBuilder json, char open, char close, T[] items, int level, Action<T> append)
    {
        json.Append(open);
        for (var index = 0; index < items.Length; index++)
        {
            json.Append(index > 0 ? ",\n" : "\n").Append(' ', 4 * (level + 1));
            append(items[index]);
        }
        if (items.Length > 0)
            json.Append('\n').Append(' ', 4 * level);
        json.Append(close);
    }
}
