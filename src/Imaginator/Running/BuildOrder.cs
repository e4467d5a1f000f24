using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using ImageSdk.Imaginator.Engine;

namespace ImageSdk.Imaginator.Running;

/// <summary>What a job is to build: its input.</summary>
sealed record BuildOrder(string Stream)
{
    public string GitBranch { get; init; } = "";

    public IReadOnlyDictionary<string, string> Variables { get; init; } = new Dictionary<string, string>();

    public TimeSpan MaxSourceAge { get; init; }

    public TimeSpan ExpiresIn { get; init; }

    public TimeSpan TimeLimit { get; init; }

    /// <summary>Whether the image is kept for who asked and not added to the image server.</summary>
    public bool ReturnImage { get; init; }

    public bool DisableRecursiveBuild { get; init; }

    /// <summary>Who asked for it; null for the imaginator itself.</summary>
    public string? User { get; init; }

    /// <summary>Whether packages from the cache do not count.</summary>
    public bool IsAutomatic { get; init; }

    /// <summary>The source image that is needed, which may be there already when the job's turn comes; null where an image is to be built anyhow.</summary>
    public NeededSource? Source { get; init; }

    /// <summary>Of a project of another machine: the caller who waits for it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Session { get; init; }

    public static BuildOrder Read(string json) => JsonSerializer.Deserialize<BuildOrder>(json)!;

    /// <summary>Orders with the same key are one job.</summary>
    [JsonIgnore]
    public string Key => $"{Stream} {Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(Source is null ? this : this with { ExpiresIn = default, TimeLimit = default })))[..32]}";
}

/// <param name="GitCommitId">The commit, branch or tag that it must come from; empty for any.</param>
/// <param name="TagsToMatch">Tags that it must have.</param>
sealed record NeededSource(string GitCommitId, IReadOnlyDictionary<string, IReadOnlyList<string>> TagsToMatch);

/// <summary>What came of it: a job's result.</summary>
/// <param name="ImageName">Empty for an image that is returned.</param>
/// <param name="ImageObject">The object of the image server that holds an image that is returned, as an image file; its hash in hexadecimal digits.</param>
/// <param name="Stages">What its stages did, in order; null where none ran, as the image was there, or it is not known.</param>
sealed record BuildOutcome(string ImageName, string? ImageObject = null, IReadOnlyList<BuiltStage>? Stages = null)
{
    public static BuildOutcome Read(string json) => JsonSerializer.Deserialize<BuildOutcome>(json)!;

    public override string ToString() => JsonSerializer.Serialize(this);
}
