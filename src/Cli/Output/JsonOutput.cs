using System.Text.Encodings.Web;
using System.Text.Json;
using ImageSdk.Cli.Hosting;

namespace ImageSdk.Cli.Output;

/// <summary>Writes JSON, indented, with a line feed at the end.</summary>
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
}
