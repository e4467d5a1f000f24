using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ImageSdk.Ims.Http;

/// <summary>
/// Sends requests to an image management service: ours, or the original. Where it is being restarted, they are repeated for some seconds. No redirect
/// is followed, which would carry the token to where it leads.
/// </summary>
public sealed class ImsClient : IDisposable
{
    /// <summary>The variable of the environment with the token of a gateway.</summary>
    public const string TokenVariable = "IMAGE_SERVICE_TOKEN";

    const int Attempts = 6;

    // As long as the original's clients wait: large artifacts are moved before an answer comes.
    static readonly TimeSpan patience = TimeSpan.FromSeconds(720);
    static readonly JsonSerializerOptions plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    readonly HttpClient client;

    /// <param name="token">Of a gateway; null or empty for none.</param>
    public ImsClient(ServiceAddress address, string? token = null)
    {
        Address = address;
        client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, ConnectTimeout = TimeSpan.FromSeconds(30) }) { Timeout = patience };
        client.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("ImageSdk", null));
        if (!string.IsNullOrWhiteSpace(token))
            client.DefaultRequestHeaders.Authorization = new("Bearer", token.Trim());
    }

    public ServiceAddress Address { get; }

    /// <param name="path">With its query.</param>
    /// <param name="body">Null for none.</param>
    /// <returns>What it answers; null for nothing.</returns>
    /// <exception cref="ImsException">It refuses (IMG7652), cannot be reached (IMG7651) or is no such service (IMG7653).</exception>
    public async Task<JsonNode?> SendAsync(HttpMethod method, string path, JsonNode? body, CancellationToken cancellation)
    {
        using var answer = await SendOrThrowAsync(method, path, body, cancellation);
        try
        {
            var content = await answer.Content.ReadAsByteArrayAsync(cancellation);
            return content.Length == 0 ? null : JsonNode.Parse(content);
        }
        catch (JsonException exception)
        {
            throw Foreign(method, path, exception);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            throw Unreachable(method, path, exception);
        }
    }

    /// <summary>The records of a list, which may be longer than memory.</summary>
    /// <inheritdoc cref="SendAsync" path="/exception"/>
    public async IAsyncEnumerable<JsonObject> ListAsync(string path, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var answer = await SendOrThrowAsync(HttpMethod.Get, path, null, cancellation);
        await using var content = await answer.Content.ReadAsStreamAsync(cancellation);
        await using var records = JsonSerializer.DeserializeAsyncEnumerable<JsonObject>(content, ListJson.Default.JsonObject, cancellation).GetAsyncEnumerator(cancellation);
        while (true)
        {
            JsonObject? record;
            try
            {
                if (!await records.MoveNextAsync())
                    yield break;
                record = records.Current;
            }
            catch (JsonException exception)
            {
                throw Foreign(HttpMethod.Get, path, exception);
            }
            catch (Exception exception) when (exception is HttpRequestException or IOException)
            {
                throw Unreachable(HttpMethod.Get, path, exception);
            }
            if (record is not null)
                yield return record;
        }
    }

    /// <summary>Whatever a path answers, as it comes.</summary>
    /// <inheritdoc cref="SendAsync" path="/exception"/>
    public async Task CopyAsync(string path, string accept, Stream output, CancellationToken cancellation)
    {
        using var answer = await SendOrThrowAsync(HttpMethod.Get, path, null, cancellation, accept);
        await using var content = await answer.Content.ReadAsStreamAsync(cancellation);
        var buffer = new byte[1 << 16];
        for (int count; (count = await content.ReadAsync(buffer, cancellation)) > 0;)
        {
            await output.WriteAsync(buffer.AsMemory(0, count), cancellation);
            // It may be a log that goes on.
            await output.FlushAsync(cancellation);
        }
    }

    async Task<HttpResponseMessage> SendOrThrowAsync(HttpMethod method, string path, JsonNode? body, CancellationToken cancellation, string? accept = null)
    {
        for (var attempt = 1; ; attempt++)
        {
            HttpResponseMessage answer;
            try
            {
                using var request = new HttpRequestMessage(method, Address.To(path));
                if (body is not null)
                    request.Content = new StringContent(body.ToJsonString(plain), new MediaTypeHeaderValue("application/json"));
                if (accept is not null)
                    request.Headers.Accept.ParseAdd(accept);
                answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
            }
            catch (Exception exception) when (!cancellation.IsCancellationRequested && exception is HttpRequestException or OperationCanceledException)
            {
                // What may have arrived is repeated only where that changes nothing.
                if (attempt == Attempts || exception is OperationCanceledException || method == HttpMethod.Post && !NeverArrived(exception))
                    throw Unreachable(method, path, exception);
                await DelayAsync(attempt, cancellation);
                continue;
            }
            if (answer.IsSuccessStatusCode)
                return answer;
            using (answer)
            {
                if (attempt == Attempts || method == HttpMethod.Post || answer.StatusCode is not (HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout))
                    throw new ImsException("IMG7652", $"{method} {Address.To(path)} is answered with {(int)answer.StatusCode}: {await ReasonAsync(answer, cancellation)}", answer.StatusCode);
            }
            await DelayAsync(attempt, cancellation);
        }
    }

    static Task DelayAsync(int attempt, CancellationToken cancellation) => Task.Delay(TimeSpan.FromSeconds(0.25 * Math.Pow(2, attempt - 1)), cancellation);

    static bool NeverArrived(Exception exception) => exception is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError };

    // A problem document; a gateway answers otherwise.
    static async Task<string> ReasonAsync(HttpResponseMessage answer, CancellationToken cancellation)
    {
        try
        {
            if (JsonNode.Parse(await answer.Content.ReadAsByteArrayAsync(cancellation)) is JsonObject problem)
            {
                var sentence = (problem["detail"] ?? problem["title"] ?? problem["message"])?.ToString() ?? answer.ReasonPhrase ?? "";
                return problem["errors"] is { } errors ? $"{sentence} {errors.ToJsonString(plain)}" : sentence;
            }
        }
        catch (Exception exception) when (exception is JsonException or HttpRequestException or IOException)
        {
            // The status says what there is to say.
        }
        return answer.StatusCode switch
        {
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => "The gateway wants a token: set IMAGE_SERVICE_TOKEN in the environment.",
            >= HttpStatusCode.MultipleChoices and < HttpStatusCode.BadRequest => $"It leads to {answer.Headers.Location}, which is not followed: give that address.",
            _ => answer.ReasonPhrase ?? "",
        };
    }

    ImsException Unreachable(HttpMethod method, string path, Exception exception)
    {
        var why = exception is OperationCanceledException ? $"no answer within {patience.TotalSeconds:0} s" : exception.GetBaseException().Message.TrimEnd('.');
        return new("IMG7651", $"{method} {Address.To(path)}: the image management service cannot be reached: {why}. Look at the address, the service and the network.", inner: exception);
    }

    ImsException Foreign(HttpMethod method, string path, Exception exception) =>
        new("IMG7653", $"{method} {Address.To(path)} is not answered by an image management service: {exception.Message.TrimEnd('.')}. Look at the address.", inner: exception);

    public void Dispose() => client.Dispose();
}

[System.Text.Json.Serialization.JsonSerializable(typeof(JsonObject))]
sealed partial class ListJson : System.Text.Json.Serialization.JsonSerializerContext;
