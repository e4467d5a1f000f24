using System.Text.Json.Serialization;

namespace ImageSdk.Imaginator.Configuration;

/// <summary>What the streams file says of a stream, or of all whose names match a pattern.</summary>
sealed record StreamConfiguration
{
    /// <summary>Groups whose members may have the stream built.</summary>
    [JsonIgnore] // No matter of workers.
    public IReadOnlySet<string> BuilderGroups { get; init; } = new HashSet<string>();

    /// <summary>Users who may have the stream built.</summary>
    [JsonIgnore]
    public IReadOnlySet<string> BuilderUsers { get; init; } = new HashSet<string>();

    /// <summary>A Git repository, or a directory (<c>dir:///path</c>). As written: variables, which may be secrets, are not expanded.</summary>
    public string ManifestUrl { get; init; } = "";

    /// <summary>Within the repository; empty for its root. As written.</summary>
    public string ManifestDirectory { get; init; } = "";

    public StreamPlacement Placement { get; init; } = StreamPlacement.Anywhere;

    /// <summary>As written: <c>$IMAGE_STREAM</c> is the only variable in their values.</summary>
    public IReadOnlyDictionary<string, string> Variables { get; init; } = new Dictionary<string, string>();
}
