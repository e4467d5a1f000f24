using ImageSdk.Building.State;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Images.Text;

namespace ImageSdk.Building.Manifests;

/// <summary>The manifest file: JSON in which lines may be comments. Unknown members belong to other programs.</summary>
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

    static readonly string[] MemberNames =
    [
        nameof(SourceImage), nameof(SourceImageGitCommitId), nameof(SourceImageBuildVariables), nameof(SourceImageTagsToMatch), nameof(FilterLines),
        nameof(MtimesCopyFilterLines), nameof(MtimesCopyAddFilterLines),
    ];

    public static ManifestFile Read(string file, IBuildListener listener) => ManifestText.ReadJson(file, json =>
    {
        var members = json.ReadMembers("the manifest", MemberNames, ManifestText.WarnOfMisnamed(file, listener));
        return new ManifestFile
        {
            SourceImage = Text(nameof(SourceImage)),
            SourceImageLine = members.GetValueOrDefault(nameof(SourceImage))?.Line ?? 0,
            SourceImageGitCommitId = Text(nameof(SourceImageGitCommitId)),
            SourceImageBuildVariables = Table(nameof(SourceImageBuildVariables), (value, name) => value.ReadText($"build variable \"{name}\"")),
            SourceImageTagsToMatch = Table(nameof(SourceImageTagsToMatch), (value, name) => value.ReadTexts($"the values of tag \"{name}\"")),
            FilterLines = Lines(nameof(FilterLines)),
            MtimesCopyFilterLines = Lines(nameof(MtimesCopyFilterLines)),
            MtimesCopyAddFilterLines = Lines(nameof(MtimesCopyAddFilterLines)),
        };

        string Text(string name) => members.GetValueOrDefault(name)?.ReadText(name) ?? "";

        IReadOnlyList<string> Lines(string name) => members.GetValueOrDefault(name)?.ReadTexts(name) ?? [];

        IReadOnlyDictionary<string, T> Table<T>(string name, Func<CommentedJson, string, T> read) =>
            members.GetValueOrDefault(name)?.ReadTable(name, read) ?? new Dictionary<string, T>();
    });
}
