using System.Text.Json;

namespace ImageSdk.OpenStack.Swift;

/// <summary>A file in a container, as the container lists it.</summary>
/// <param name="Size">Bytes.</param>
/// <param name="Md5">In hexadecimal digits.</param>
public sealed record StoredFile(string Name, long Size, string Md5, string ContentType)
{
    internal static StoredFile? Read(JsonElement item)
    {
        if (item.ValueKind != JsonValueKind.Object || Text(item, "name") is not { Length: > 0 } name)
            return null;
        var size = item.TryGetProperty("bytes", out var bytes) && bytes.ValueKind == JsonValueKind.Number && bytes.TryGetInt64(out var number) ? number : 0;
        return new(name, size, Text(item, "hash"), Text(item, "content_type"));
    }

    static string Text(JsonElement item, string name) => item.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
}
