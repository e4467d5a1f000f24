using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using ImageSdk.ImageService.Problems;
using ImageSdk.ImageService.Records;
using Microsoft.AspNetCore.Http;

namespace ImageSdk.ImageService.Api;

/// <summary>A request to the REST interface.</summary>
sealed class ApiRequest(HttpContext http)
{
    // Bytes. The largest sensible body is a recipe with many templates.
    const int LongestBody = 1 << 20;
    const int FlushedBytes = 1 << 16;
    const string Json = "application/json";

    static readonly JsonSerializerOptions plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public CancellationToken Cancellation => http.RequestAborted;

    public string Id => (string)http.Request.RouteValues["id"]!;

    /// <summary>Whether artifacts go with their record: so it is where nothing is said.</summary>
    public bool Cascades => !http.Request.Query.TryGetValue("cascade", out var said) || $"{said}".ToUpperInvariant() is "TRUE" or "YES" or "T" or "1";

    /// <exception cref="BadHttpRequestException">It is no JSON.</exception>
    public async Task<JsonElement> ReadBodyAsync()
    {
        if (http.Request.ContentType is not { } type || !type.Split(';')[0].Trim().Equals(Json, StringComparison.OrdinalIgnoreCase))
            throw new BadHttpRequestException($"The body has to be JSON, and the request has to say so (Content-Type: {Json}).");
        var content = new MemoryStream();
        var buffer = new byte[1 << 14];
        for (int count; (count = await http.Request.Body.ReadAsync(buffer, Cancellation)) > 0;)
        {
            content.Write(buffer, 0, count);
            if (content.Length > LongestBody)
                throw new BadHttpRequestException($"The body is longer than {LongestBody} bytes.", StatusCodes.Status413PayloadTooLarge);
        }
        // It was read to its end.
        http.Response.Headers.Remove("Connection");
        try
        {
            using var document = JsonDocument.Parse(content.GetBuffer().AsMemory(0, (int)content.Length));
            return document.RootElement.Clone();
        }
        catch (JsonException exception)
        {
            throw new BadHttpRequestException($"The body is no JSON: line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}.");
        }
    }

    public Task WriteAsync<T>(RecordKind<T> kind, T record, int status = StatusCodes.Status200OK) where T : IRecord => WriteAsync(kind.Write(record), status, Json);

    public Task WriteAsync(JsonNode document, int status = StatusCodes.Status200OK, string type = Json) => WriteAsync(document.ToJsonString(plain), status, type);

    /// <summary>A list that may be longer than memory.</summary>
    public async Task WriteListAsync(IAsyncEnumerable<string> documents)
    {
        http.Response.ContentType = Json;
        var separator = "[";
        var pending = 0;
        await foreach (var document in documents)
        {
            await http.Response.WriteAsync(separator, Cancellation);
            await http.Response.WriteAsync(document, Cancellation);
            separator = ",";
            if ((pending += document.Length) > FlushedBytes)
            {
                await http.Response.Body.FlushAsync(Cancellation);
                pending = 0;
            }
        }
        await http.Response.WriteAsync(separator == "[" ? "[]" : "]", Cancellation);
    }

    public void WriteNothing()
    {
        http.Response.StatusCode = StatusCodes.Status204NoContent;
        http.Response.ContentType = Json;
    }

    public Task WriteProblemAsync(ApiProblem problem) => WriteAsync(problem.ToJson(), problem.Status, "application/problem+json");

    async Task WriteAsync(string document, int status, string type)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = type;
        await http.Response.WriteAsync(document, Cancellation);
    }
}
