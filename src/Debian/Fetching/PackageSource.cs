using System.Net;
using ImageSdk.Sandbox.Network;

namespace ImageSdk.Debian.Fetching;

/// <summary>Opens packages where they lie. The machine's proxies are the way to the network.</summary>
sealed class PackageSource : IDisposable
{
    /// <summary>The longest that a server may say nothing.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    readonly Lazy<HttpClient> client = new(() =>
    {
        var client = new HttpClient(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(30), Proxy = MachineProxies.Current.ForPackages }) { Timeout = Patience };
        client.DefaultRequestHeaders.UserAgent.ParseAdd("ImageSdk/1.0");
        return client;
    });

    /// <summary>Copies the content to a stream.</summary>
    /// <param name="limit">Bytes after which it is too long, and nothing more is read.</param>
    /// <exception cref="IOException">It is not there, cannot be read, or too long.</exception>
    /// <exception cref="HttpRequestException">The server refuses, or cannot be reached.</exception>
    /// <exception cref="NotSupportedException">The address has a scheme that is not known here.</exception>
    public async Task CopyAsync(string uri, long limit, Func<ReadOnlyMemory<byte>, ValueTask> write, CancellationToken cancellation)
    {
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var response = IsRemote(uri) ? await GetAsync(uri, cancellation) : null;
        await using var content = response is null ? OpenLocal(uri) : await response.Content.ReadAsStreamAsync(cancellation);
        var buffer = new byte[1 << 17];
        try
        {
            for (var total = 0L; ;)
            {
                silence.CancelAfter(Patience);
                var count = await content.ReadAsync(buffer, silence.Token);
                if (count == 0)
                    return;
                total += count;
                if (total > limit)
                    throw new InvalidDataException($"it has more than {limit} bytes");
                await write(buffer.AsMemory(0, count));
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new IOException($"nothing came for {Patience.TotalSeconds} seconds");
        }
    }

    /// <summary>Whether asking again may help.</summary>
    public static bool IsTransient(string uri, Exception exception) => IsRemote(uri) && exception switch
    {
        HttpRequestException { StatusCode: { } status } => status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError,
        HttpRequestException => true,
        IOException => true,
        _ => false,
    };

    static bool IsRemote(string uri) =>
        uri.StartsWith("http:", StringComparison.OrdinalIgnoreCase) || uri.StartsWith("https:", StringComparison.OrdinalIgnoreCase);

    async Task<HttpResponseMessage> GetAsync(string uri, CancellationToken cancellation)
    {
        HttpResponseMessage response;
        try
        {
            response = await client.Value.GetAsync(new Uri(uri), HttpCompletionOption.ResponseHeadersRead, cancellation);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new IOException($"nothing came for {Patience.TotalSeconds} seconds");
        }
        try
        {
            return response.EnsureSuccessStatusCode();
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    // apt writes file:/path and file:///path; "copy" is the same to us, who copy always.
    static FileStream OpenLocal(string uri)
    {
        foreach (var scheme in new[] { "file:", "copy:" })
            if (uri.StartsWith(scheme, StringComparison.OrdinalIgnoreCase))
            {
                var path = Uri.UnescapeDataString(uri[scheme.Length..]);
                return File.OpenRead(path.StartsWith("//", StringComparison.Ordinal) ? path[2..] : path);
            }
        throw new NotSupportedException($"addresses of this kind are not known: expected http, https, file or copy");
    }

    public void Dispose()
    {
        if (client.IsValueCreated)
            client.Value.Dispose();
    }
}
