using System.Net;
using System.Net.Http.Headers;
using System.Text;
using ImageSdk.Contracts.Networking;

namespace ImageSdk.Building.Downloads;

/// <summary>Opens contents by their addresses: http and https by the proxies of the environment, and files.</summary>
/// <param name="denied">Networks that are not connected to; null for none.</param>
/// <param name="authorization">Sent to the servers of addresses, and not where they lead to; null for what an address itself has.</param>
sealed class ContentSource(DeniedNetworks? denied = null, AuthenticationHeaderValue? authorization = null) : IDisposable
{
    /// <summary>The longest that a server may say nothing.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    const int MostRedirects = 20;

    readonly Lazy<HttpClient> client = new(() =>
    {
        var client = new HttpClient(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(30), MaxAutomaticRedirections = MostRedirects, ConnectCallback = denied is null ? null : denied.ConnectAsync }) { Timeout = Patience };
        client.DefaultRequestHeaders.UserAgent.ParseAdd("ImageSdk/1.0");
        return client;
    });

    /// <summary>Whether contents can be had from such an address.</summary>
    public static bool IsSupported(Uri address) => address.IsAbsoluteUri && (address.Scheme is "http" or "https" && address.Host.Length > 0 || address.Scheme == "file");

    /// <param name="known">Where the content has not changed since, none comes.</param>
    /// <param name="part">Bytes that are there already of the version <paramref name="partVersion"/>.</param>
    /// <exception cref="HttpRequestException">The server refuses, or cannot be reached.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public Task<RemoteContent> OpenAsync(Uri address, ContentVersion? known, long part, ContentVersion? partVersion, CancellationToken cancellation) =>
        address.Scheme == "file" ? Task.FromResult(OpenFile(address.LocalPath, known, part, partVersion)) : GetAsync(address, known, part, partVersion, cancellation);

    static RemoteContent OpenFile(string path, ContentVersion? known, long part, ContentVersion? partVersion)
    {
        var stream = File.OpenRead(path);
        var version = new ContentVersion($"\"{stream.Length}\"", File.GetLastWriteTimeUtc(stream.SafeFileHandle));
        if (version == known)
        {
            stream.Dispose();
            return new(null, 0, null, version, null);
        }
        stream.Position = version == partVersion && part <= stream.Length ? part : 0;
        return new(stream, stream.Position, stream.Length, version, null);
    }

    async Task<RemoteContent> GetAsync(Uri address, ContentVersion? known, long part, ContentVersion? partVersion, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new UriBuilder(address) { UserName = "", Password = "" }.Uri);
        request.Headers.AcceptEncoding.ParseAdd("identity");
        request.Headers.Authorization = authorization;
        if (address.UserInfo.Length > 0)
            request.Headers.Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(Uri.UnescapeDataString(address.UserInfo))));
        if (part > 0 && partVersion is { HoldsForParts: true })
        {
            request.Headers.Range = new(part, null);
            request.Headers.TryAddWithoutValidation("If-Range", partVersion.ETag ?? partVersion.LastModified!.Value.ToString("r"));
        }
        else if (known is not null)
        {
            if (known.ETag is { } tag)
                request.Headers.TryAddWithoutValidation("If-None-Match", tag);
            else
                request.Headers.IfModifiedSince = known.LastModified;
        }
        HttpResponseMessage response;
        try
        {
            response = await client.Value.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new IOException($"nothing came for {Patience.TotalSeconds} seconds");
        }
        try
        {
            return await DescribeAsync(response, part, cancellation);
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    static async Task<RemoteContent> DescribeAsync(HttpResponseMessage response, long part, CancellationToken cancellation)
    {
        var version = new ContentVersion(response.Headers.TryGetValues("ETag", out var tags) ? tags.First() : null, response.Content.Headers.LastModified);
        if (response.StatusCode == HttpStatusCode.NotModified)
            return new(null, 0, null, version, response);
        // The part is no part of what is there now.
        if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable && part > 0)
            throw new StalePartException();
        response.EnsureSuccessStatusCode();
        var range = response.StatusCode == HttpStatusCode.PartialContent ? response.Content.Headers.ContentRange : null;
        if (response.StatusCode == HttpStatusCode.PartialContent && range?.From != part)
            throw new StalePartException();
        if (response.Content.Headers.ContentEncoding.Any(encoding => encoding != "identity"))
            throw new IOException($"it comes in an encoding that was not asked for ({string.Join(", ", response.Content.Headers.ContentEncoding)})");
        return new(await response.Content.ReadAsStreamAsync(cancellation), range is null ? 0 : part, range is null ? response.Content.Headers.ContentLength : range.Length, version, response);
    }

    public void Dispose()
    {
        if (client.IsValueCreated)
            client.Value.Dispose();
    }
}

/// <summary>The server has another content than the one of which a part is there.</summary>
sealed class StalePartException() : IOException("the server has another content than before");
