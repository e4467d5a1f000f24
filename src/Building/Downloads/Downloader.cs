using System.Net;
using ImageSdk.Posix;

namespace ImageSdk.Building.Downloads;

/// <summary>How far a download is.</summary>
/// <param name="Name">Of the content.</param>
/// <param name="Done">Bytes.</param>
/// <param name="Total">Bytes; null where the server does not say.</param>
sealed record DownloadProgress(string Name, long Done, long? Total);

/// <summary>A content that was fetched, or was there.</summary>
/// <param name="File">In the cache.</param>
/// <param name="Fault">Why the address could not be asked whether it has anything newer; null where it was.</param>
sealed record Downloaded(string File, ContentDigest Digest, string? Fault = null);

/// <summary>Fetches contents into the cache. Downloads that broke off go on where they were.</summary>
/// <param name="progress">Called a few times a second.</param>
/// <param name="waiting">Called where another build fetches the same.</param>
sealed class Downloader(DownloadStore store, ContentSource source, Action<DownloadProgress> progress, Action waiting)
{
    const int Attempts = 5, BufferSize = 1 << 18;

    static readonly TimeSpan ReportInterval = TimeSpan.FromMilliseconds(400);

    /// <summary>A content that is known by its digest; the address is asked only where the cache lacks it.</summary>
    /// <exception cref="DownloadException">It cannot be had, or the address has another one.</exception>
    public async Task<Downloaded> FetchAsync(Uri address, ContentDigest expected, CancellationToken cancellation)
    {
        if (await FindWholeAsync(expected, cancellation) is { } found)
            return found;
        var key = DownloadStore.KeyOf(expected.ToString());
        using var held = await store.LockAsync(key, waiting, cancellation);
        if (await FindWholeAsync(expected, cancellation) is { } made)
            return made;
        for (var isResumed = false; ;)
        {
            isResumed = await TransferAsync(address, key, known: null, cancellation) is { IsResumed: true };
            var file = store.PartOf(key);
            var digest = await ContentDigest.OfAsync(file, expected.Algorithm, cancellation);
            if (digest == expected)
                return Keep(file, digest, address, key);
            var length = new FileInfo(file).Length;
            store.RemovePart(key);
            // What was there before may have been of another content: the whole is asked for once.
            if (!isResumed)
                throw new DownloadException(DownloadFault.WrongContent,
                    $"{Show(address)} has another content than it should have: its {expected.Algorithm} is {digest.Hex} ({length} bytes), and {expected.Hex} is expected.");
        }
    }

    /// <summary>What an address has now, whatever it is. The address is asked whether it has changed.</summary>
    /// <exception cref="DownloadException">It cannot be had, and was not before.</exception>
    public async Task<Downloaded> FetchLatestAsync(Uri address, CancellationToken cancellation)
    {
        var key = DownloadStore.KeyOf(address.AbsoluteUri);
        using var held = await store.LockAsync(key, waiting, cancellation);
        var known = store.ReadAddress(key) is { Version.IsKnown: true } about && ContentDigest.TryParse(about.Digest) is { } last && store.Find(last) is { } file
            ? (about.Version, Content: new Downloaded(file, last))
            : default((ContentVersion Version, Downloaded Content)?);
        Transfer transfer;
        try
        {
            transfer = await TransferAsync(address, key, known?.Version, cancellation);
        }
        catch (DownloadException exception) when (known is not null && exception.Fault == DownloadFault.Unavailable)
        {
            return known.Value.Content with { Fault = exception.Message };
        }
        if (transfer.IsUnchanged)
        {
            store.MarkUsed(known!.Value.Content.Digest);
            store.WriteAddress(key, new(known.Value.Version, known.Value.Content.Digest.ToString()));
            return known.Value.Content;
        }
        var part = store.PartOf(key);
        var digest = await ContentDigest.OfAsync(part, "sha256", cancellation);
        var kept = Keep(part, digest, address, key);
        store.WriteAddress(key, new(transfer.Version, digest.ToString()));
        return kept;
    }

    /// <summary>A content that has not been fetched under a key before, at an address that is another one each time.</summary>
    /// <param name="name">What the file is to be called.</param>
    /// <param name="md5">What it is compared with; null where that is not known.</param>
    /// <exception cref="DownloadException">It cannot be had, or is another one.</exception>
    public async Task<Downloaded> FetchOnceAsync(Uri address, string key, string name, string? md5, CancellationToken cancellation)
    {
        using var held = await store.LockAsync(key, waiting, cancellation);
        if (store.ReadAddress(key) is { } about && ContentDigest.TryParse(about.Digest) is { } last && store.Find(last) is { } known)
            return new(known, last);
        var transfer = await TransferAsync(address, key, known: null, cancellation);
        var part = store.PartOf(key);
        if (md5 is not null && await Md5OfAsync(part, cancellation) is var found && !found.Equals(md5, StringComparison.OrdinalIgnoreCase))
        {
            store.RemovePart(key);
            throw new DownloadException(DownloadFault.WrongContent, $"{name} has another content than it should have: its MD5 is {found}, and {md5} is expected.");
        }
        var digest = await ContentDigest.OfAsync(part, "sha256", cancellation);
        var file = store.Keep(part, digest, name);
        store.RemovePart(key);
        store.WriteAddress(key, new(transfer.Version, digest.ToString()));
        return new(file, digest);
    }

    /// <summary>
    /// An address as it may be shown, and written into locks and provenance: without a password, and without a query that is a permission to fetch it. The
    /// latter is another one each time.
    /// </summary>
    public static string Show(Uri address)
    {
        var isSigned = address.Query.TrimStart('?').Split('&').Any(parameter => IsPermission(parameter.Split('=')[0]));
        return address.UserInfo.Length == 0 && !isSigned ? address.OriginalString
            : new UriBuilder(address) { UserName = "", Password = "", Query = isSigned ? "" : address.Query }.Uri.AbsoluteUri;
    }

    // Of S3, Google, Azure, Swift, and servers that take a token in the query.
    static bool IsPermission(string parameter) =>
        parameter.StartsWith("X-Amz-", StringComparison.OrdinalIgnoreCase) || parameter.StartsWith("X-Goog-", StringComparison.OrdinalIgnoreCase)
        || parameter.ToUpperInvariant() is "SIG" or "SIGNATURE" or "TEMP_URL_SIG" or "TOKEN" or "ACCESS_TOKEN" or "PRIVATE_TOKEN" or "API_KEY" or "AWSACCESSKEYID";

    /// <summary>What a content is called, by the last part of its address.</summary>
    public static string NameOf(Uri address) => Uri.UnescapeDataString(address.Segments[^1].TrimEnd('/'));

    static async Task<string> Md5OfAsync(string file, CancellationToken cancellation)
    {
        await using var content = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read, BufferSize, FileOptions.Asynchronous);
#pragma warning disable CA5351 // What came is compared with what was sent; the digest by which it is known is another one.
        return Convert.ToHexStringLower(await System.Security.Cryptography.MD5.HashDataAsync(content, cancellation));
#pragma warning restore CA5351
    }

    Downloaded Keep(string part, ContentDigest digest, Uri address, string key)
    {
        var file = store.Keep(part, digest, NameOf(address));
        store.RemovePart(key);
        return new(file, digest);
    }

    async Task<Downloaded?> FindWholeAsync(ContentDigest expected, CancellationToken cancellation)
    {
        if (store.Find(expected) is not { } file)
            return null;
        if (await ContentDigest.OfAsync(file, expected.Algorithm, cancellation) == expected)
        {
            store.MarkUsed(expected);
            return new(file, expected);
        }
        store.Remove(expected);
        return null;
    }

    /// <param name="IsUnchanged">It has not changed, and nothing came.</param>
    /// <param name="IsResumed">A part was there before.</param>
    sealed record Transfer(bool IsUnchanged, bool IsResumed, ContentVersion Version);

    async Task<Transfer> TransferAsync(Uri address, string key, ContentVersion? known, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await TransferOnceAsync(address, key, known, cancellation);
            }
            catch (StalePartException)
            {
                store.RemovePart(key);
            }
            catch (Exception exception) when (exception is HttpRequestException or IOException or UnauthorizedAccessException && exception.HResult != Errno.NoSpace)
            {
                if (attempt == Attempts || !IsTransient(address, exception))
                    throw new DownloadException(DownloadFault.Unavailable, $"{Show(address)} cannot be fetched: {Explain(exception)}.", exception);
                await Task.Delay(TimeSpan.FromSeconds(Math.Pow(2, attempt - 2)), cancellation);
            }
        }
    }

    async Task<Transfer> TransferOnceAsync(Uri address, string key, ContentVersion? known, CancellationToken cancellation)
    {
        await using var part = new FileStream(store.PartOf(key), FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read, 1);
        var before = store.ReadPart(key)?.Version;
        using var content = await source.OpenAsync(address, known, before is null ? 0 : part.Length, before, cancellation);
        if (content.Content is null)
            return known is null ? throw new IOException("the server says that it has not changed, and was not asked that") : new(true, false, content.Version);
        part.SetLength(content.Offset);
        part.Position = content.Offset;
        store.WritePart(key, new(content.Version));
        await CopyAsync(address, content, part, cancellation);
        return new(false, content.Offset > 0, content.Version);
    }

    async Task CopyAsync(Uri address, RemoteContent content, FileStream part, CancellationToken cancellation)
    {
        var (name, clock) = (NameOf(address), System.Diagnostics.Stopwatch.StartNew());
        var buffer = new byte[BufferSize];
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        progress(new(name, part.Position, content.Length));
        try
        {
            while (true)
            {
                silence.CancelAfter(ContentSource.Patience);
                var count = await content.Content!.ReadAsync(buffer, silence.Token);
                if (count == 0)
                    break;
                await part.WriteAsync(buffer.AsMemory(0, count), cancellation);
                if (clock.Elapsed < ReportInterval)
                    continue;
                clock.Restart();
                progress(new(name, part.Position, content.Length));
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new IOException($"nothing came for {ContentSource.Patience.TotalSeconds} seconds");
        }
        if (content.Length is { } length && part.Position != length)
            throw new IOException($"it ended after {part.Position} bytes of {length}");
        progress(new(name, part.Position, content.Length));
    }

    static bool IsTransient(Uri address, Exception exception) => address.Scheme != "file" && exception switch
    {
        HttpRequestException { StatusCode: { } status } => status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError,
        HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError } => false,
        _ => true,
    };

    static string Explain(Exception exception) => exception switch
    {
        HttpRequestException { StatusCode: { } status } => $"the server answers {(int)status} ({status})",
        _ => (exception.InnerException ?? exception).Message.TrimEnd('.'),
    };
}
