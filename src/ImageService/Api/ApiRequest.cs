using System.Net.Mime;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using ImageSdk.Hosting.Web.Requests;
using ImageSdk.ImageService.Problems;
using ImageSdk.ImageService.Records;
using ImageSdk.ImageService.Records.Stores;
using ImageSdk.ImageService.Resources;
using Microsoft.AspNetCore.Http;

namespace ImageSdk.ImageService.Api;

/// <summary>A request to the REST interface.</summary>
sealed class ApiRequest(HttpContext http)
{
    // Bytes. The largest sensible body is a recipe with many templates.
    const int LongestBody = 1 << 20;
    const int MostRecords = 10_000;
    const int FlushedBytes = 1 << 16;
    const string Json = "application/json";

    static readonly JsonSerializerOptions plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public CancellationToken Cancellation => http.RequestAborted;

    public string Id => (string)http.Request.RouteValues["id"]!;

    /// <summary>The name in the path.</summary>
    public string Name => (string)http.Request.RouteValues["name"]!;

    /// <summary>Where the client has the service: an address of the service itself is below it.</summary>
    public string ServiceAddress =>
        $"{http.Request.Scheme}://{http.Request.Host}{(http.Request.Path.StartsWithSegments(ApiEndpoints.GatewayPrefix, StringComparison.Ordinal) ? ApiEndpoints.GatewayPrefix : "")}";

    /// <summary>Whether artifacts go with their record: so it is where nothing is said.</summary>
    public bool Cascades => !Query.ContainsKey("cascade") || IsTrue("cascade");

    /// <summary>Whether a parameter of the query is there and means yes.</summary>
    public bool IsTrue(string parameter) => $"{Query[parameter]}".ToUpperInvariant() is "TRUE" or "YES" or "T" or "1";

    public IQueryCollection Query => http.Request.Query;

    /// <summary>Whether server-sent events are asked for.</summary>
    public bool WantsEvents => LastEventId is not null || http.Request.GetTypedHeaders().Accept.Any(media => media.MediaType == MediaTypeNames.Text.EventStream);

    /// <summary>Where a reader of events was.</summary>
    public string? LastEventId => http.Request.Headers["Last-Event-ID"] is { Count: > 0 } said ? $"{said}" : null;

    /// <summary>Answers with events as they come.</summary>
    public Task WriteEventsAsync(IAsyncEnumerable<(string? Id, string Data)> events) => EventStream.WriteAsync(http.Response, events, TimeProvider.System, Cancellation);

    /// <summary>Answers with text as it comes.</summary>
    public async Task WriteTextAsync(IAsyncEnumerable<byte[]> lines)
    {
        http.Response.ContentType = "text/plain; charset=utf-8";
        await http.Response.StartAsync(Cancellation);
        await foreach (var line in lines)
        {
            await http.Response.Body.WriteAsync(line, Cancellation);
            await http.Response.Body.FlushAsync(Cancellation);
        }
    }

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
            RequireText(content.GetBuffer().AsSpan(0, (int)content.Length));
            using var document = JsonDocument.Parse(content.GetBuffer().AsMemory(0, (int)content.Length));
            return document.RootElement.Clone();
        }
        catch (JsonException exception)
        {
            throw new BadHttpRequestException($"The body is no JSON: line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}.");
        }
    }

    // An escape may stand for half of a character, which no text is made of.
    static void RequireText(ReadOnlySpan<byte> content)
    {
        var reader = new Utf8JsonReader(content);
        try
        {
            while (reader.Read())
                if (reader.TokenType is JsonTokenType.PropertyName or JsonTokenType.String)
                    _ = reader.GetString();
        }
        catch (InvalidOperationException)
        {
            throw new BadHttpRequestException($"The body has a text that is none, which ends at byte {reader.BytesConsumed}: half of a surrogate pair.");
        }
    }

    public Task WriteAsync<T>(RecordKind<T> kind, T record, int status = StatusCodes.Status200OK) where T : IRecord => WriteAsync(kind.Write(record), status, Json);

    public Task WriteAsync(JsonNode document, int status = StatusCodes.Status200OK, string type = Json) => WriteAsync(document.ToJsonString(plain), status, type);

    /// <summary>The records of a kind: all, or those of a name, or a page of them with the address of the next one.</summary>
    /// <exception cref="ApiProblem">The query is wrong.</exception>
    public async Task WriteListAsync<T>(RecordResource<T> resource, bool areDeleted) where T : class, IRecord
    {
        const string name = "name", limit = "limit", after = "after";
        var selection = new RecordSelection { Name = http.Request.Query[name], Limit = (int?)ReadNumber(limit, 1, MostRecords), After = ReadNumber(after, 0, long.MaxValue) };
        if (selection.Limit is not { } size)
        {
            await WriteListAsync(resource.ListAsync(areDeleted, selection, Cancellation).Select(record => record.Document));
            return;
        }
        // One more tells whether there is a next page.
        var page = await resource.ListAsync(areDeleted, selection with { Limit = size + 1 }, Cancellation).ToListAsync(Cancellation);
        if (page.Count > size)
        {
            var query = QueryString.Create(limit, $"{size}").Add(after, $"{page[size - 1].Number}");
            http.Response.Headers.Link = $"<{http.Request.Path}{(selection.Name is null ? query : query.Add(name, selection.Name))}>; rel=\"next\"";
        }
        await WriteListAsync(page.Take(size).Select(record => record.Document).ToAsyncEnumerable());
    }

    long? ReadNumber(string parameter, long least, long most) => http.Request.Query[parameter].ToString() is not { Length: > 0 } text ? null
        : long.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number) && number >= least && number <= most ? number
        : throw ApiProblem.BadRequest($"{parameter}={text} is no number from {least} to {most}.");

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
