using System.Net;
using System.Text.Json;
using ImageSdk.Contracts.Networking;

namespace ImageSdk.ImageBuilder.Outbound;

/// <summary>Asks the address of a request whether anyone still waits for its image.</summary>
/// <param name="interval">From one answer to the next question.</param>
/// <param name="limit">That an answer may take.</param>
sealed class CancelUrl(HttpClient http, TimeSpan interval, TimeSpan limit, TimeProvider time)
{
    /// <summary>A client for addresses of requests. It follows redirects, and neither has nor keeps credentials.</summary>
    public static HttpClient CreateClient(DeniedNetworks denied) => new(new SocketsHttpHandler { MaxAutomaticRedirections = 5, UseCookies = false, ConnectCallback = denied.ConnectAsync })
    {
        Timeout = Timeout.InfiniteTimeSpan, DefaultRequestHeaders = { { "User-Agent", "imagesdk-image-builder" } },
    };

    const int MaximumAnswer = 1 << 16;

    /// <summary>Returns when the address says <c>{"building": false}</c>. What cannot be read changes nothing.</summary>
    /// <param name="note">Receives a note when it cannot be read, and when it can again.</param>
    public async Task WaitForEndAsync(string url, Action<string> note, CancellationToken cancellation)
    {
        string? trouble = null;
        while (true)
        {
            var (isBuilding, problem) = await AskAsync(url, cancellation);
            if (problem is null && !isBuilding)
                return;
            if (problem is not null && trouble is null)
                note($"IMG7405: the cancel_url {url} cannot be read, and is ignored until it can: {problem}");
            else if (problem is null && trouble is not null)
                note($"The cancel_url {url} can be read again");
            trouble = problem;
            await Task.Delay(interval, time, cancellation);
        }
    }

    async Task<(bool IsBuilding, string? Problem)> AskAsync(string url, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(limit);
        try
        {
            using var response = await http.GetAsync(new Uri(url), HttpCompletionOption.ResponseHeadersRead, patience.Token);
            if (response.StatusCode != HttpStatusCode.OK)
                return (true, $"it answers {(int)response.StatusCode} {response.ReasonPhrase}");
            await using var content = await response.Content.ReadAsStreamAsync(patience.Token);
            var bytes = new byte[MaximumAnswer];
            var length = await content.ReadAtLeastAsync(bytes, MaximumAnswer, throwOnEndOfStream: false, patience.Token);
            using var answer = JsonDocument.Parse(bytes.AsMemory(0, length));
            return answer.RootElement.ValueKind == JsonValueKind.Object && answer.RootElement.TryGetProperty("building", out var building) && building.ValueKind is JsonValueKind.True or JsonValueKind.False
                ? (building.GetBoolean(), null)
                : (true, "its answer is no object with a member \"building\" that is true or false");
        }
        catch (JsonException)
        {
            return (true, "its answer is no JSON");
        }
        catch (HttpRequestException problem)
        {
            return (true, (problem.InnerException as DeniedAddressException ?? (Exception)problem).Message);
        }
        catch (IOException problem)
        {
            return (true, problem.Message);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return (true, $"there is no answer after {limit.TotalSeconds:0.#} s");
        }
    }
}
