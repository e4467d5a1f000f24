using System.Globalization;
using System.Net;
using ImageSdk.Packages;
using ImageSdk.Sandbox.Network;

namespace ImageSdk.Debian.Planning;

/// <summary>
/// Asks the sources of packages whether they have anything newer than the lists at hand, which takes apt much longer. Only
/// "no" counts: in all other cases, and where anything is unusual, apt has to find out.
/// </summary>
static class AptReleaseCheck
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <param name="lists">The folder with the lists.</param>
    /// <param name="findFile">Where a file of the image is on this machine, for sources that are folders.</param>
    public static async Task<bool> AreCurrentAsync(
        IReadOnlyList<AptRelease> releases, string lists, Func<string, string> findFile, CancellationToken cancellation)
    {
        if (releases.Count == 0)
            return false;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        using var client = new HttpClient(new SocketsHttpHandler { Proxy = MachineProxies.Current.ForPackages });
        try
        {
            var answers = await Task.WhenAll(releases.Select(release => IsCurrentAsync(release, lists, findFile, client, patience.Token)));
            return Array.TrueForAll(answers, answer => answer);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or HttpRequestException or UriFormatException or OperationCanceledException)
        {
            cancellation.ThrowIfCancellationRequested();
            return false;
        }
    }

    static async Task<bool> IsCurrentAsync(
        AptRelease release, string lists, Func<string, string> findFile, HttpClient client, CancellationToken cancellation)
    {
        var file = Path.Combine(lists, release.FileName);
        var known = await File.ReadAllBytesAsync(file, cancellation);
        if (!IsValid(known))
            return false;
        if (DebianUri.TryGetPath(release.Uri) is { } path)
        {
            var present = await File.ReadAllBytesAsync(findFile(path), cancellation);
            return known.AsSpan().SequenceEqual(present);
        }
        if (!DebianUri.IsRemote(release.Uri))
            return false;
        using var request = new HttpRequestMessage(HttpMethod.Get, release.Uri);
        // apt gives its lists the time that the server said.
        request.Headers.IfModifiedSince = File.GetLastWriteTimeUtc(file);
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        if (response.StatusCode == HttpStatusCode.NotModified)
            return true;
        return response.StatusCode == HttpStatusCode.OK && await IsSameAsync(await response.Content.ReadAsStreamAsync(cancellation), known, cancellation);
    }

    static async Task<bool> IsSameAsync(Stream content, byte[] known, CancellationToken cancellation)
    {
        var buffer = new byte[known.Length + 1];
        var count = await content.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellation);
        return known.AsSpan().SequenceEqual(buffer.AsSpan(0, count));
    }

    /// <summary>A release is good until a day that it names; apt refuses it afterwards.</summary>
    static bool IsValid(byte[] release)
    {
        const string field = "Valid-Until:";
        using var lines = new StreamReader(new MemoryStream(release));
        // The fields come before the long lists of digests.
        for (var number = 0; number < 100 && lines.ReadLine() is { } line; number++)
            if (line.StartsWith(field, StringComparison.OrdinalIgnoreCase))
                return DateTimeOffset.TryParse(line[field.Length..].Replace("UTC", "GMT", StringComparison.Ordinal), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var end)
                    && end > DateTimeOffset.UtcNow;
        return true;
    }
}
