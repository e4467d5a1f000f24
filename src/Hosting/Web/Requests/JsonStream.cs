using System.IO.Pipelines;
using System.Text.Encodings.Web;
using System.Text.Json;
using ImageSdk.Hosting.Web.Html;

namespace ImageSdk.Hosting.Web.Requests;

/// <summary>Writes JSON that goes out whenever there is enough of it.</summary>
public sealed class JsonStream(PipeWriter output, int indent, CancellationToken cancellation)
{
    // Bytes that are collected before they are sent.
    const int Portion = 1 << 15;

    public Utf8JsonWriter Writer { get; } = new(output, new JsonWriterOptions
    {
        Indented = true,
        IndentSize = indent,
        NewLine = "\n",
        // Nothing takes it for HTML: it says that it is JSON, and nosniff.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    /// <summary>Writes a list whose items are sent as they come.</summary>
    public async Task WriteListAsync<T>(string? member, IEnumerable<T> items, Action<T> write)
    {
        if (member is not null)
            Writer.WritePropertyName(member);
        Writer.WriteStartArray();
        foreach (var item in items)
        {
            write(item);
            if (Writer.BytesPending < Portion)
                continue;
            Writer.Flush();
            await output.SendAsync(cancellation);
        }
        Writer.WriteEndArray();
    }

    /// <summary>Sends what is left.</summary>
    public async Task EndAsync()
    {
        Writer.Flush();
        Writer.Dispose();
        await output.WriteAsync("\n"u8.ToArray(), cancellation);
        await output.FlushAsync(cancellation);
    }
}
