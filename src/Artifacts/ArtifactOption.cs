using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using ImageSdk.Images;

namespace ImageSdk.Artifacts;

/// <summary>Something that a project may say of a format; metadata of its item.</summary>
public sealed class ArtifactOption
{
    readonly Func<string, string?> read;

    ArtifactOption(string name, string unset, string expected, Func<string, string?> read, bool isList = false)
    {
        Name = name;
        Unset = unset;
        Expected = expected;
        IsList = isList;
        this.read = read;
    }

    /// <summary>As projects write it: "Compression".</summary>
    public string Name { get; }

    /// <summary>The value where nothing is said.</summary>
    public string Unset { get; }

    /// <summary>What is accepted, for messages: "zstd or xz".</summary>
    public string Expected { get; }

    /// <summary>Whether the value is a list: in a project, a list of MSBuild's, in which <c>%3B</c> is a semicolon within an element.</summary>
    public bool IsList { get; }

    /// <summary>The value in the one form that counts, or null where it is none.</summary>
    internal string? Read(string text) => read(text.Trim());

    /// <summary>One of some words, in any case.</summary>
    public static ArtifactOption Choice(string name, string unset, params IReadOnlyList<string> choices) => new(
        name, unset, choices.Count == 1 ? choices[0] : $"{string.Join(", ", choices.SkipLast(1))} or {choices[^1]}",
        text => choices.FirstOrDefault(choice => choice.Equals(text, StringComparison.OrdinalIgnoreCase)));

    /// <summary>true or false, in any case.</summary>
    public static ArtifactOption Flag(string name, bool unset) => Choice(name, unset ? "true" : "false", "true", "false");

    /// <summary>A whole number.</summary>
    /// <param name="unset">Empty for no value.</param>
    public static ArtifactOption Number(string name, string unset, long least, long most) => new(
        name, unset, $"a whole number from {least} to {most}",
        text => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number.ToString(CultureInfo.InvariantCulture)
            : null);

    /// <summary>A size; the value is in bytes.</summary>
    /// <param name="unset">Bytes; empty for no value.</param>
    public static ArtifactOption Size(string name, string unset) => new(
        name, unset, "a size in bytes or with a unit of 1024, such as 512M or 10GiB",
        text => HumanSize.TryParse(text, out var size) ? size.ToString(CultureInfo.InvariantCulture) : null);

    /// <summary>Texts in an order, as a JSON array or with semicolons between them. The value is the array; empty where nothing is said.</summary>
    public static ArtifactOption List(string name, string expected, Func<string, bool> isAccepted) => new(
        name, "", expected, text => ReadList(text) is { } list && list.All(isAccepted) ? Format(list) : null, isList: true);

    /// <summary>
    /// Texts by their names, as a JSON object or as <c>NAME=text</c> with semicolons between them; of a name the last one counts.
    /// The value is the object, in the order in which names are first said.
    /// </summary>
    public static ArtifactOption Map(string name, string expected, Func<string, string, bool> isAccepted) => new(
        name, "", expected, text => ReadMap(text) is { } map && map.All(pair => isAccepted(pair.Key, pair.Value)) ? Format(map) : null, isList: true);

    /// <summary>A list as the value of an option.</summary>
    public static string Format(IEnumerable<string> list) => JsonSerializer.Serialize([.. list], ArtifactOptionJson.Readable.StringArray);

    /// <summary>Names with texts as the value of an option.</summary>
    public static string Format(IReadOnlyDictionary<string, string> map) => JsonSerializer.Serialize(new(map), ArtifactOptionJson.Readable.DictionaryStringString);

    static string[]? ReadList(string text) =>
        text.StartsWith('[') ? FromJson(text, ArtifactOptionJson.Readable.StringArray) is { } list && !list.Contains(null) ? list : null : Split(text);

    static Dictionary<string, string>? ReadMap(string text)
    {
        if (text.StartsWith('{'))
            return FromJson(text, ArtifactOptionJson.Readable.DictionaryStringString) is { } said && !said.ContainsValue(null!) ? said : null;
        var map = new Dictionary<string, string>();
        foreach (var pair in ReadList(text) ?? [""])
        {
            var sign = pair.IndexOf('=');
            if (sign < 0)
                return null;
            map[pair[..sign]] = pair[(sign + 1)..];
        }
        return map;
    }

    static string[] Split(string text) => text.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    static T? FromJson<T>(string text, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type) where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(text, type);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Any text that a rule accepts.</summary>
    /// <param name="expected">The rule in words.</param>
    public static ArtifactOption Text(string name, string unset, string expected, Func<string, bool> isAccepted) =>
        new(name, unset, expected, text => isAccepted(text) ? text : null);
}

[JsonSerializable(typeof(string[]))]
[JsonSerializable(typeof(Dictionary<string, string>))]
sealed partial class ArtifactOptionJson : JsonSerializerContext
{
    /// <summary>Records of artifacts show the text.</summary>
    public static ArtifactOptionJson Readable { get; } = new(new JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
