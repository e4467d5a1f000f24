using System.Text.Json;

namespace ImageSdk.OpenStack.Glance;

/// <summary>An image as Glance describes it. Texts are empty, and numbers null, where it says nothing.</summary>
/// <param name="Status">"queued", "saving", "importing", "active", "killed", "deactivated" and the like.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Checksum">MD5.</param>
/// <param name="HashAlgorithm">Of <paramref name="HashValue"/>: "sha512" unless the site has another one.</param>
/// <param name="Properties">What is not among the others: os_distro, and those of one's own.</param>
public sealed record GlanceImage(
    Guid Id, string Name, string Status, long? Size, string Checksum, string HashAlgorithm, string HashValue, string DiskFormat, string Visibility,
    IReadOnlyList<string> Tags, IReadOnlyDictionary<string, string> Properties)
{
    static readonly HashSet<string> ownNames =
    [
        "id", "name", "status", "size", "virtual_size", "checksum", "os_hash_algo", "os_hash_value", "os_hidden", "disk_format", "container_format", "visibility", "tags",
        "protected", "min_disk", "min_ram", "owner", "created_at", "updated_at", "file", "self", "schema", "direct_url", "locations", "stores",
    ];

    public bool IsActive => Status == "active";

    /// <summary>Whether it is on its way to be active.</summary>
    internal bool IsComing => Status is "saving" or "importing" or "uploading";

    /// <returns>Null where it is no image.</returns>
    internal static GlanceImage? Read(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object || !Guid.TryParse(Text(json, "id"), out var id) || Text(json, "status").Length == 0)
            return null;
        return new(
            id, Text(json, "name"), Text(json, "status"),
            json.TryGetProperty("size", out var size) && size.ValueKind == JsonValueKind.Number && size.TryGetInt64(out var bytes) && bytes >= 0 ? bytes : null,
            Text(json, "checksum").ToLowerInvariant(), Text(json, "os_hash_algo"), Text(json, "os_hash_value").ToLowerInvariant(), Text(json, "disk_format"), Text(json, "visibility"),
            json.TryGetProperty("tags", out var tags) && tags.ValueKind == JsonValueKind.Array ? [.. tags.EnumerateArray().Where(IsText).Select(tag => tag.GetString()!)] : [],
            json.EnumerateObject().Where(member => IsText(member.Value) && !ownNames.Contains(member.Name)).DistinctBy(member => member.Name)
                .ToDictionary(member => member.Name, member => member.Value.GetString()!, StringComparer.Ordinal));
    }

    /// <summary>Properties that a client may not choose, as Glance says them itself.</summary>
    internal static bool IsOwnName(string name) => ownNames.Contains(name);

    static bool IsText(JsonElement value) => value.ValueKind == JsonValueKind.String;

    static string Text(JsonElement json, string name) => json.TryGetProperty(name, out var value) && IsText(value) ? value.GetString()! : "";
}
