using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace ImageSdk.OpenStack.Http;

/// <summary>An answer of a service, of which the headers have been read. Servers are not believed: what is read of a body is bounded.</summary>
sealed partial class ServiceAnswer(ServiceRequest request, HttpResponseMessage response, CancellationTokenSource patience, SecretTexts secrets, CancellationToken cancellation) : IDisposable
{
    /// <summary>A page of a list, or a catalogue, is some hundred KiB.</summary>
    const int LargestDocument = 16 << 20;

    const int LargestError = 64 << 10;
    const int LongestError = 300;

    public HttpStatusCode Status => response.StatusCode;

    public string Name => $"{request.Method} {request.Address}";

    public bool IsSuccess => response.IsSuccessStatusCode;

    public long? Length => response.Content.Headers.ContentLength;

    /// <summary>The first value of a header; empty where there is none.</summary>
    public string Header(string name) =>
        response.Headers.TryGetValues(name, out var values) || response.Content.Headers.TryGetValues(name, out values) ? values.FirstOrDefault() ?? "" : "";

    /// <exception cref="OpenStackException">IMG7460: it is too large, or no JSON.</exception>
    public async Task<JsonDocument> ReadJsonAsync()
    {
        var bytes = await ReadAsync(LargestDocument)
            ?? throw new OpenStackException("IMG7460", $"{Name}: the answer is larger than {LargestDocument >> 20} MiB. Look whether the address is that of the service.");
        try
        {
            return JsonDocument.Parse(bytes);
        }
        catch (JsonException exception)
        {
            throw Malformed("it is no JSON", exception);
        }
    }

    public OpenStackException Malformed(string why, Exception? inner = null) =>
        new("IMG7460", $"{Name}: the answer is not that of the service: {why}. Look whether the address is right.", inner: inner);

    /// <summary>For messages: the status, and what the server says of it in one short line, without secrets.</summary>
    public async Task<string> DescribeAsync()
    {
        var text = $"{(int)Status} {response.ReasonPhrase}".TrimEnd();
        if (Status is >= HttpStatusCode.Redirect and < HttpStatusCode.BadRequest && response.Headers.Location is { } location)
            return secrets.Mask($"{text}, to {location}");
        try
        {
            var body = Encoding.UTF8.GetString(await ReadAsync(LargestError) ?? []);
            var said = Spaces().Replace(Explanation(body), " ").Trim();
            // Titles repeat the status.
            foreach (var known in (string[])[text, $"{(int)Status}", response.ReasonPhrase ?? ""])
                if (known.Length > 0 && said.StartsWith(known, StringComparison.OrdinalIgnoreCase))
                    said = said[known.Length..].TrimStart(' ', ':', '.');
            return secrets.Mask(said.Length == 0 ? text : $"{text}: {(said.Length > LongestError ? said[..LongestError] + "…" : said)}").TrimEnd('.');
        }
        catch (OpenStackException)
        {
            return text;
        }
    }

    // Keystone has {"error": {"message": …}}, Glance and Swift pages in HTML.
    static string Explanation(string body)
    {
        if (body.AsSpan().TrimStart() is ['{', ..])
            try
            {
                using var document = JsonDocument.Parse(body);
                if (document.RootElement.TryGetProperty("error", out var error) && error.ValueKind == JsonValueKind.Object
                    && error.TryGetProperty("message", out var message) && message.ValueKind == JsonValueKind.String)
                    return message.GetString()!;
            }
            catch (JsonException)
            {
            }
        return new string([.. WebUtility.HtmlDecode(Tags().Replace(Titles().Replace(body, " "), " ")).Select(letter => char.IsControl(letter) ? ' ' : letter)]);
    }

    /// <summary>Copies the body, which may be large.</summary>
    /// <param name="longest">Bytes at most.</param>
    /// <returns>Bytes that came; more than the most where there are more.</returns>
    public async Task<long> CopyToAsync(Stream target, long longest, Action<long>? progress = null)
    {
        var buffer = new byte[1 << 17];
        long copied = 0;
        await using var source = await GuardAsync(() => response.Content.ReadAsStreamAsync(patience.Token));
        while (true)
        {
            patience.CancelAfter(request.Patience);
            var read = await GuardAsync(() => source.ReadAsync(buffer, patience.Token).AsTask());
            if (read == 0)
                return copied;
            copied += read;
            if (copied > longest)
                return copied;
            await target.WriteAsync(buffer.AsMemory(0, read), cancellation);
            progress?.Invoke(copied);
        }
    }

    async Task<byte[]?> ReadAsync(int longest)
    {
        using var bytes = new MemoryStream();
        return await CopyToAsync(bytes, longest) <= longest ? bytes.ToArray() : null;
    }

    async Task<T> GuardAsync<T>(Func<Task<T>> read)
    {
        try
        {
            return await read();
        }
        catch (Exception exception) when (!cancellation.IsCancellationRequested && exception is HttpRequestException or IOException or OperationCanceledException)
        {
            throw new OpenStackException("IMG7458", $"{Name}: the answer broke off. Look at the server and the network, and try again.", isTransient: true, exception);
        }
    }

    public void Dispose()
    {
        response.Dispose();
        patience.Dispose();
    }

    [GeneratedRegex(@"(?s)<(title|style|script)\b.*?</\1>", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex Titles();

    [GeneratedRegex("<[^>]*>")]
    private static partial Regex Tags();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
