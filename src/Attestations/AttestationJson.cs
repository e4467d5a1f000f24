using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace ImageSdk.Attestations;

/// <summary>Writes documents in JSON with a line feed at the end.</summary>
static class AttestationJson
{
    static readonly JsonWriterOptions options = new() { NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="indented">For people; without, it is a third smaller.</param>
    public static byte[] Write(Action<Utf8JsonWriter> write, bool indented = true)
    {
        var buffer = new ArrayBufferWriter<byte>(1 << 18);
        using (var json = new Utf8JsonWriter(buffer, options with { Indented = indented }))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }
        buffer.Write("\n"u8);
        return buffer.WrittenSpan.ToArray();
    }

    public static void Member(this Utf8JsonWriter json, string name, Action write)
    {
        json.WriteStartObject(name);
        write();
        json.WriteEndObject();
    }

    public static void Element(this Utf8JsonWriter json, Action write)
    {
        json.WriteStartObject();
        write();
        json.WriteEndObject();
    }

    public static void List<T>(this Utf8JsonWriter json, string name, IEnumerable<T> items, Action<T> write)
    {
        json.WriteStartArray(name);
        foreach (var item in items)
            write(item);
        json.WriteEndArray();
    }

    public static void Text(this Utf8JsonWriter json, string name, string value)
    {
        if (value.Length > 0)
            json.WriteString(name, value);
    }
}
