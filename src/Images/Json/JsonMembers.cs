using System.Text.Json;

namespace ImageSdk.Images.Json;

/// <summary>What members of JSON look like wherever this project writes it. Empty texts and absent times are left out.</summary>
public static class JsonMembers
{
    public static void WriteText(this Utf8JsonWriter json, string member, string? text)
    {
        if (!string.IsNullOrEmpty(text))
            json.WriteString(member, text);
    }

    public static void WriteTime(this Utf8JsonWriter json, string member, DateTimeOffset? time)
    {
        if (time is { } known)
            json.WriteString(member, known.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'"));
    }

    /// <summary>A name or path as text; where it is not UTF-8, with its bytes in a second member in base 64.</summary>
    public static void WriteBytes(this Utf8JsonWriter json, string member, ByteString bytes)
    {
        var text = bytes.ToString();
        json.WriteString(member, text);
        if (ByteString.FromText(text) != bytes)
            json.WriteBase64String($"{member}Base64", bytes.Span);
    }

    public static void WriteList(this Utf8JsonWriter json, string member, IEnumerable<string> texts) =>
        json.WriteList(member, texts, json.WriteStringValue);

    public static void WriteList<T>(this Utf8JsonWriter json, string member, IEnumerable<T> items, Action<T> write)
    {
        json.WritePropertyName(member);
        json.WriteList(items, write);
    }

    public static void WriteList<T>(this Utf8JsonWriter json, IEnumerable<T> items, Action<T> write)
    {
        json.WriteStartArray();
        foreach (var item in items)
            write(item);
        json.WriteEndArray();
    }

    public static void WriteMembers(this Utf8JsonWriter json, string member, Action write)
    {
        json.WritePropertyName(member);
        json.WriteMembers(write);
    }

    public static void WriteMembers(this Utf8JsonWriter json, Action write)
    {
        json.WriteStartObject();
        write();
        json.WriteEndObject();
    }
}
