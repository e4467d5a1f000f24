using ImageSdk.Images.Text;

namespace ImageSdk.Images;

/// <summary>Reads and writes the tags of an image: texts by key.</summary>
public static class ImageTags
{
    /// <summary>Reads "key=value,key=value"; a later value of a key wins. An empty text is no tags.</summary>
    /// <exception cref="FormatException">A part has not exactly one "=".</exception>
    public static IReadOnlyDictionary<string, string> Parse(string text)
    {
        var tags = new Dictionary<string, string>();
        foreach (var (key, value) in ReadPairs(text))
            tags[key] = value;
        return tags;
    }

    /// <summary>Writes "key=value,key=value", bytewise sorted by key.</summary>
    public static string Format(IReadOnlyDictionary<string, string> tags) =>
        string.Join(',', tags.OrderBy(tag => tag.Key, Utf8Order.Instance).Select(tag => $"{tag.Key}={tag.Value}"));

    /// <summary>All tags; a later value of a key wins. Nulls are ignored.</summary>
    public static IReadOnlyDictionary<string, string> Merge(params IEnumerable<IReadOnlyDictionary<string, string>?> all)
    {
        var tags = new Dictionary<string, string>();
        foreach (var (key, value) in all.SelectMany(some => some ?? new Dictionary<string, string>()))
            tags[key] = value;
        return tags;
    }

    internal static IEnumerable<(string Key, string Value)> ReadPairs(string text)
    {
        if (text.Length == 0)
            yield break;
        foreach (var part in text.Split(','))
        {
            var fields = part.Split('=');
            if (fields.Length != 2)
                throw new FormatException($"malformed tag: \"{part}\"");
            yield return (fields[0], fields[1]);
        }
    }
}
