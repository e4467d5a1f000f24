using ImageSdk.Building.Downloads;
using ImageSdk.Contracts.Projects;
using ImageSdk.Ims;
using ImageSdk.Ims.Http;
using ImageSdk.Ims.Publishing;
using ImageSdk.Ims.Records;

namespace ImageSdk.Building.Fetching;

/// <summary>The root file systems of images in an image management service, <c>ims:NAME</c> or <c>ims:ID</c>.</summary>
/// <param name="architecture">As the project has it: amd64, arm64.</param>
/// <param name="warn">Called where a service cannot be asked, and what it had last is used.</param>
sealed class ServiceRoots(DownloadStore store, Downloader downloads, string architecture, Action<string> warn)
{
    const string Unreachable = "IMG7651";

    public const string Scheme = "ims:";

    /// <summary>Whether a download is of such a service.</summary>
    public static bool Is(SourceDownload download) => download.Url.StartsWith(Scheme, StringComparison.Ordinal);

    /// <summary>
    /// Asks the service which root the image has, and fetches one that has not been seen: a service knows an MD5, and the cache a digest that proves something.
    /// </summary>
    /// <exception cref="ImsException">The service has no such image, or cannot be asked.</exception>
    /// <exception cref="DownloadException">The root cannot be had, or is another one.</exception>
    public async Task<ContentDigest> ResolveAsync(SourceDownload download, CancellationToken cancellation)
    {
        var last = DownloadStore.KeyOf($"{download.Service} {download.Url} {architecture}");
        try
        {
            var digest = await AskAsync(download, cancellation);
            store.WriteAddress(last, new(new(null, null), digest.ToString()));
            return digest;
        }
        catch (ImsException exception) when (exception.Code == Unreachable && store.ReadAddress(last) is { } about && ContentDigest.TryParse(about.Digest) is { } known)
        {
            warn($"What {download.Url} was when it was last fetched is used. {exception.Message}");
            return known;
        }
    }

    async Task<ContentDigest> AskAsync(SourceDownload download, CancellationToken cancellation)
    {
        var root = await FindAsync(download, cancellation);
        // Nothing is written over in such a store: path, size and etag say which content it is.
        var key = DownloadStore.KeyOf($"{Scheme}{download.Service} {root.Link.Path} {root.Size} {root.Link.Etag} {root.Md5}");
        if (store.ReadAddress(key) is { } about && ContentDigest.TryParse(about.Digest) is { } known)
            return known;
        return (await downloads.FetchOnceAsync(new(root.Url!), key, NameOf(download), root.Md5, cancellation)).Digest;
    }

    /// <summary>Brings the root into the cache, where it is not there any more.</summary>
    /// <inheritdoc cref="ResolveAsync" path="/exception"/>
    public async Task<string> FetchAsync(SourceDownload download, ContentDigest digest, CancellationToken cancellation) =>
        store.Find(digest) ?? (await downloads.FetchAsync(new((await FindAsync(download, cancellation)).Url!), digest, cancellation)).File;

    async Task<ServiceArtifact> FindAsync(SourceDownload download, CancellationToken cancellation)
    {
        using var service = new ImsClient(ServiceAddress.Parse(download.Service), Environment.GetEnvironmentVariable(ImsClient.TokenVariable));
        var image = await ServiceImages.FindAsync(service, NameOf(download), ServiceArchitecture.Of(architecture), cancellation);
        var roots = (await ServiceImages.ListArtifactsAsync(service, image.Id, cancellation)).Where(artifact => artifact.Type.StartsWith(ServiceArtifact.Root, StringComparison.Ordinal)).ToList();
        return roots is [{ Url: not null } root] ? root : throw new ImsException(
            "IMG7658", $"Image {image.Id} ({image.Name}) of {service.Address} has {(roots.Count == 1 ? "lost its root file system, which its manifest lists" : $"{roots.Count} root file systems in its manifest, and one is needed")}.");
    }

    static string NameOf(SourceDownload download) => download.Url[Scheme.Length..];
}
