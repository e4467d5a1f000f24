using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using ImageSdk.Building.Downloads;
using ImageSdk.Contracts.Networking;

namespace ImageSdk.Building.Containers;

/// <summary>An image at a registry (OCI Distribution Specification 1.1), which may ask for a user or a token.</summary>
/// <param name="denied">Networks that are not connected to; null for none.</param>
sealed partial class RegistrySource(ImageReference reference, DownloadStore store, DockerCredentials credentials, DeniedNetworks? denied, Action<DownloadProgress> progress, Action waiting) : IContainerSource, IDisposable
{
    const int LongestAnswer = 4 << 20;

    static readonly string accepted = string.Join(", ", ContainerManifest.MediaTypes);

    readonly HttpClient client = new(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(30), ConnectCallback = denied is null ? null : denied.ConnectAsync }) { Timeout = ContentSource.Patience, MaxResponseContentBufferSize = LongestAnswer };
    ContentSource? contents;
    AuthenticationHeaderValue? authorization;

    public async Task<byte[]> ReadManifestAsync(ContentDigest? digest, CancellationToken cancellation)
    {
        if (digest is not null && store.Find(digest) is { } known && await ContentDigest.OfAsync(known, digest.Algorithm, cancellation) == digest)
            return await File.ReadAllBytesAsync(known, cancellation);
        var bytes = await GetAsync(new(reference.Address, $"manifests/{digest?.ToString() ?? reference.Tag}"), cancellation);
        var found = ContentDigest.Of(bytes);
        if (digest is not null && found != digest)
            throw new DownloadException(DownloadFault.WrongContent, $"{reference.Registry} has another manifest of {reference.Repository} than it should have: {found}, and {digest} is expected.");
        await store.AddAsync(bytes, found, "manifest.json", cancellation);
        return bytes;
    }

    public async Task<string> FetchBlobAsync(ContentDigest digest, CancellationToken cancellation)
    {
        if (authorization is null && store.Find(digest) is null)
            // Blobs are fetched with what the registry asks for; that is known once it was asked for anything.
            await GetAsync(new(reference.Address, $"manifests/{reference.Tag}"), cancellation);
        contents ??= new(denied, authorization);
        var address = new Uri(reference.Address, $"blobs/{digest}");
        return (await new Downloader(store, contents, progress, waiting).FetchAsync(address, digest, cancellation)).File;
    }

    public void Dispose()
    {
        client.Dispose();
        contents?.Dispose();
    }

    async Task<byte[]> GetAsync(Uri address, CancellationToken cancellation)
    {
        try
        {
            using var first = await SendAsync(address, cancellation);
            if (first.StatusCode != HttpStatusCode.Unauthorized)
                return await ReadAsync(first, cancellation);
            authorization = await AuthorizeAsync(first.Headers.WwwAuthenticate, cancellation);
            using var second = await SendAsync(address, cancellation);
            return await ReadAsync(second, cancellation);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or InvalidDataException or JsonException || exception is OperationCanceledException && !cancellation.IsCancellationRequested)
        {
            var reason = exception is HttpRequestException { StatusCode: { } status }
                ? status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden ? $"the registry does not let this user in ({(int)status}): docker login {reference.Registry}" : $"the registry answers {(int)status} ({status})"
                : (exception.InnerException ?? exception).Message.TrimEnd('.');
            throw new DownloadException(DownloadFault.Unavailable, $"{address} cannot be fetched: {reason}.", exception);
        }
    }

    static async Task<byte[]> ReadAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadAsByteArrayAsync(cancellation);
    }

    async Task<HttpResponseMessage> SendAsync(Uri address, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.Authorization = authorization;
        request.Headers.TryAddWithoutValidation("Accept", accepted);
        return await client.SendAsync(request, cancellation);
    }

    /// <summary>What the registry asks for: a user, or a token from a server that it names.</summary>
    async Task<AuthenticationHeaderValue?> AuthorizeAsync(HttpHeaderValueCollection<AuthenticationHeaderValue> challenges, CancellationToken cancellation)
    {
        var user = credentials.Find(reference.Accounts);
        if (challenges.FirstOrDefault(challenge => challenge.Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase)) is not { Parameter: { } parameters })
            return user is null ? null : Basic(user);
        var values = Parameter().Matches(parameters).ToDictionary(match => match.Groups["name"].Value, match => match.Groups["value"].Value, StringComparer.OrdinalIgnoreCase);
        if (!Uri.TryCreate(values.GetValueOrDefault("realm"), UriKind.Absolute, out var realm) || realm.Scheme is not ("http" or "https"))
            throw new InvalidDataException("it names no server of tokens");
        var (service, scope) = (values.GetValueOrDefault("service", ""), values.GetValueOrDefault("scope", $"repository:{reference.Repository}:pull"));
        using var request = user is { IsToken: true }
            ? new HttpRequestMessage(HttpMethod.Post, realm)
            {
                Content = new FormUrlEncodedContent(new Dictionary<string, string> { ["grant_type"] = "refresh_token", ["service"] = service, ["scope"] = scope, ["client_id"] = "imagesdk", ["refresh_token"] = user.Secret }),
            }
            : new HttpRequestMessage(HttpMethod.Get, $"{realm}{(realm.Query.Length > 0 ? '&' : '?')}service={Uri.EscapeDataString(service)}&scope={Uri.EscapeDataString(scope)}");
        if (user is { IsToken: false })
            request.Headers.Authorization = Basic(user);
        using var response = await client.SendAsync(request, cancellation);
        using var answer = JsonDocument.Parse(await ReadAsync(response, cancellation));
        foreach (var name in new[] { "token", "access_token" })
            if (answer.RootElement.ValueKind == JsonValueKind.Object && answer.RootElement.TryGetProperty(name, out var token) && token.ValueKind == JsonValueKind.String)
                return new("Bearer", token.GetString());
        throw new InvalidDataException($"{realm.Host} gives no token");
    }

    static AuthenticationHeaderValue Basic(RegistryUser user) => new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user.Name}:{user.Secret}")));

    [GeneratedRegex("(?<name>[a-z_]+)=\"(?<value>[^\"]*)\"", RegexOptions.IgnoreCase)]
    private static partial Regex Parameter();
}
