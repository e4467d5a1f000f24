using System.Text.Encodings.Web;
using System.Text.Json;
using ImageSdk.Images;

namespace ImageSdk.Cli.Output;

/// <summary>Writes JSON, indented, with a line feed at the end. Members that are empty texts or null are left out.</summary>
static class JsonOutput
{
    static readonly JsonWriterOptions Options = new()
    {
        Indented = true,
        NewLine = "\n",
        // For terminals and files, not for web pages. Control characters are escaped all the same.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static void WriteJson(this CommandHost host, Action<Utf8JsonWriter> write) => host.WriteBytes(output =>
    {
        using (var json = new Utf8JsonWriter(output, Options))
            write(json);
        output.WriteByte((byte)'\n');
    });

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
