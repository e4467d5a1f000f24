using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Build.Framework;

namespace ImageSdk.Tasks.Reading;

/// <summary>Metadata that is a list: semicolons separate, and an escaped one (<c>%3B</c>) belongs to its element, as in a list of items.</summary>
static partial class MSBuildList
{
    public static IReadOnlyList<string> Read(ITaskItem item, string metadata) =>
        [.. (item is ITaskItem2 known ? known.GetMetadataValueEscaped(metadata) : item.GetMetadata(metadata))
            .Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(Unescape)];

    static string Unescape(string text) =>
        Escape().Replace(text, match => ((char)byte.Parse(match.ValueSpan[1..], NumberStyles.HexNumber, CultureInfo.InvariantCulture)).ToString());

    /// <summary>Text as the name or a value of an item, so that it stays one and is what it is.</summary>
    public static string Escaped(string text) => text.Replace("%", "%25").Replace(";", "%3B").Replace("*", "%2A").Replace("?", "%3F");

    [GeneratedRegex("%[0-9A-Fa-f]{2}")]
    private static partial Regex Escape();
}
