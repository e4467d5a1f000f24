using System.Text.Json;
using ImageSdk.Images;

namespace ImageSdk.Building.Manifests;

/// <summary>The manifest file: JSON in which lines may be comments. Members that nobody here knows belong to others.</summary>
sealed record ManifestFile
{
    public string SourceImage { get; private init; } = "";
    public string SourceImageGitCommitId { get; private init; } = "";
    public IReadOnlyDictionary<string, string> SourceImageBuildVariables { get; private init; } = new Dictionary<string, string>();

    public IReadOnlyDictionary<string, IReadOnlyList<string>> SourceImageTagsToMatch { get; private init; } =
        new Dictionary<string, IReadOnlyList<string>>();

    public IReadOnlyList<string> FilterLines { get; private init; } = [];
    public IReadOnlyList<string> MtimesCopyFilterLines { get; private init; } = [];
    public IReadOnlyList<string> MtimesCopyAddFilterLines { get; private init; } = [];

    /// <summary>Line of the SourceImage member; 0 where it is missing.</summary>
    public int SourceImageLine { get; private init; }

    public static ManifestFile Read(string file)
    {
        var text = ManifestText.Read(file);
        var members = ManifestText.ReadJson(file, text, json => CommentedJson.ReadMembers(json, "the manifest"));
        return ManifestText.Convert(file, text, () => new ManifestFile
        {
            SourceImage = Text("SourceImage"),
            SourceImageLine = FindLine(text, "\"SourceImage\""),
            SourceImageGitCommitId = Text("SourceImageGitCommitId"),
            SourceImageBuildVariables = Map("SourceImageBuildVariables", value => CommentedJson.ReadText(value, "a build variable")),
            SourceImageTagsToMatch = Map("SourceImageTagsToMatch", value => List(value, "the values of a tag")),
            FilterLines = Lines("FilterLines"),
            MtimesCopyFilterLines = Lines("MtimesCopyFilterLines"),
            MtimesCopyAddFilterLines = Lines("MtimesCopyAddFilterLines"),
        });

        string Text(string name) => members.TryGetValue(name, out var value) ? CommentedJson.ReadText(value, name) : "";

        IReadOnlyList<string> Lines(string name) => members.TryGetValue(name, out var value) ? List(value, name) : [];

        static IReadOnlyList<string> List(JsonElement value, string what) =>
            [.. CommentedJson.ReadList(value, what).Select(item => CommentedJson.ReadText(item, what))];

        IReadOnlyDictionary<string, T> Map<T>(string name, Func<JsonElement, T> read) =>
            members.TryGetValue(name, out var value) && value.ValueKind != JsonValueKind.Null
                // Keys are names of tags and variables: their case counts.
                ? value.ValueKind == JsonValueKind.Object
                    ? value.EnumerateObject().ToDictionary(member => member.Name, member => read(member.Value))
                    : throw new JsonException($"{name} must be an object")
                : new Dictionary<string, T>();
    }

    static int FindLine(string text, string what)
    {
        var at = text.IndexOf(what, StringComparison.OrdinalIgnoreCase);
        return at < 0 ? 0 : text.AsSpan(0, at).Count('\n') + 1;
    }
}
