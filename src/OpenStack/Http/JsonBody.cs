using System.Net.Http.Headers;
using System.Text.Json;

namespace ImageSdk.OpenStack.Http;

/// <summary>Bodies in JSON, as services want them: with a length and without an encoding in the type.</summary>
static class JsonBody
{
    public static Func<Action, HttpContent> Of(Action<Utf8JsonWriter> write, string contentType = "application/json")
    {
        using var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes))
            write(writer);
        var body = bytes.ToArray();
        return _ => new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue(contentType) } };
    }
}
