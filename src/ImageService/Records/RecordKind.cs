using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace ImageSdk.ImageService.Records;

/// <summary>A kind of records.</summary>
/// <param name="Name">As paths have it: "public-keys".</param>
/// <param name="File">The original's data file of it, without its version: "public_keys".</param>
/// <param name="Json">How it is written.</param>
sealed record RecordKind<T>(string Name, string File, JsonTypeInfo<T> Json) where T : IRecord
{
    public string Write(T record) => JsonSerializer.Serialize(record, Json);

    public T Read(string text) => JsonSerializer.Deserialize(text, Json) ?? throw new JsonException("null is no record");
}

/// <summary>All kinds.</summary>
static class RecordKinds
{
    public static RecordKind<PublicKey> PublicKeys { get; } = new("public-keys", "public_keys", RecordJson.Plain.PublicKey);

    public static RecordKind<Recipe> Recipes { get; } = new("recipes", "recipes", RecordJson.Plain.Recipe);

    public static RecordKind<ImageRecord> Images { get; } = new("images", "images", RecordJson.Plain.ImageRecord);

    public static RecordKind<JobRecord> Jobs { get; } = new("jobs", "jobs", RecordJson.Plain.JobRecord);

    public static RecordKind<BuildNode> Nodes { get; } = new("remote-build-nodes", "remote_build_nodes", RecordJson.Plain.BuildNode);
}
