using System.Text.Json;
using System.Text.Json.Serialization;
using ImageSdk.Building.ArtifactBuilds;
using ImageSdk.Contracts.Projects;

namespace ImageSdk.Building.Remote;

/// <summary>A project on its way to another machine: its paths are those of the tree that goes along, without a slash in front.</summary>
/// <param name="Project">As MSBuild evaluated it.</param>
/// <param name="Artifacts">What is to be made of the image.</param>
public sealed record RemoteProject(ImageProject Project, IReadOnlyList<ArtifactRequest> Artifacts)
{
    /// <summary>The folder of the tree that is the manifest directory.</summary>
    public const string ManifestFolder = "manifest";

    /// <summary>What messages have in the place of the tree's own path.</summary>
    public const char TreeMark = '\u0001';

    // By reflection: generated code forgets what members that are missing have by default, and what is missing is up to whoever sends it.
    static readonly JsonSerializerOptions strict = new()
    {
        Converters = { new JsonStringEnumConverter(namingPolicy: null, allowIntegerValues: false) },
        RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, MaxDepth = MaximumDepth,
    };

    const int MaximumDepth = 32;

    public byte[] Serialize() => JsonSerializer.SerializeToUtf8Bytes(this, RemoteJson.Default.RemoteProject);

    /// <exception cref="JsonException">It is none.</exception>
    public static RemoteProject Deserialize(byte[] json)
    {
        // No member is written as null, and annotations say nothing of elements of lists.
        using (var document = JsonDocument.Parse(json, new() { MaxDepth = MaximumDepth }))
            if (HasNull(document.RootElement))
                throw new JsonException("it has a null");
        return JsonSerializer.Deserialize<RemoteProject>(json, strict)!;
    }

    static bool HasNull(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Null => true,
        JsonValueKind.Array => element.EnumerateArray().Any(HasNull),
        JsonValueKind.Object => element.EnumerateObject().Any(member => HasNull(member.Value)),
        _ => false,
    };
}

/// <summary>What a build elsewhere left: remote.stage.</summary>
/// <param name="Files">What came, to be told when there is nothing new.</param>
sealed record RemoteOutcome(string Builder, string Build, IReadOnlyList<FetchedFile> Files)
{
    /// <summary>How the builder was reached, for who fetches the image's files later; null where an older version wrote this.</summary>
    public ImageServerSettings? Server { get; init; }
}

/// <param name="Hash">SHA-512, in hexadecimal digits.</param>
/// <param name="Ticks">The time of the file.</param>
sealed record FetchedFile(string Name, string Hash, long Size, long Ticks);

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true)]
[JsonSerializable(typeof(RemoteProject))]
[JsonSerializable(typeof(RemoteOutcome))]
sealed partial class RemoteJson : JsonSerializerContext;
