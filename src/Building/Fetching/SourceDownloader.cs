using System.Text;
using ImageSdk.Building.Containers;
using ImageSdk.Building.Downloads;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Networking;
using ImageSdk.Contracts.Projects;
using ImageSdk.Ims;
using ImageSdk.Ims.Http;
using ImageSdk.Layers;

namespace ImageSdk.Building.Fetching;

/// <summary>Fetches what an image is built on, and says by which digest it is known.</summary>
/// <param name="architecture">Which image of several is taken: amd64, arm64.</param>
/// <param name="projectFile">Where errors point; null for nowhere.</param>
/// <param name="denied">Networks that are not connected to.</param>
sealed class SourceDownloader(LayerStore layers, string architecture, IBuildListener listener, string? projectFile, IReadOnlyList<string> denied) : IDisposable
{
    const long LongestChecksums = 16 << 20;

    static readonly string[] signatureEndings = [".gpg", ".asc", ".sign", ".sig"];

    readonly DownloadStore store = new(layers);
    readonly DeniedNetworks? networks = denied.Count > 0 ? new(denied) : null;
    readonly ContentSource source = new(denied.Count > 0 ? new(denied) : null);

    ServiceRoots Service => new(store, Downloads, architecture, message => Warn("IMG2266", message));

    Downloader Downloads => new(store, source, Progress, Waiting);

    /// <summary>What is wrong with what a project says of a download; null for nothing.</summary>
    public static Diagnostic? Check(SourceDownload download, string projectFile)
    {
        if (ServiceRoots.Is(download))
            return CheckService(download, projectFile);
        var isContainer = ContainerAddress.TryParse(download.Url) is not null;
        if (!Uri.TryCreate(download.Url, UriKind.Absolute, out var address) || !isContainer && !ContentSource.IsSupported(address))
            return Fault("IMG1390", $"SourceImageUrl \"{download.Url}\" is no address that can be fetched. Give one that begins with https://, http:// or file:///; oci:PATH[:TAG] or docker://REGISTRY/REPOSITORY[:TAG].");
        if (isContainer && download.Checksums.Length > 0)
            return Fault("IMG1392", "SourceImageChecksums are for files. A container image is known by the digest of its manifest: set SourceImageDigest, or name it as IMAGE@sha256:HEX.");
        if (download.Digest.Length > 0 && ContentDigest.TryParse(download.Digest) is null)
            return Fault("IMG1391", $"SourceImageDigest \"{download.Digest}\" is no digest. Expected sha256: and 64 hexadecimal digits, or sha512: and 128.");
        if (download.Checksums.Length > 0 && !(Uri.TryCreate(address, download.Checksums, out var checksums) && ContentSource.IsSupported(checksums)))
            return Fault("IMG1390", $"SourceImageChecksums \"{download.Checksums}\" is no address that can be fetched. Give one that begins with https://, http:// or file:///, or is relative to SourceImageUrl.");
        if (download.Digest.Length > 0 && download.Checksums.Length > 0)
            return Fault("IMG1392", "The project has both SourceImageDigest and SourceImageChecksums. The content is known by one of them: remove the other.");
        return download.KeyFile.Length > 0 && download.Checksums.Length == 0
            ? Fault("IMG1392", "SourceImageKey checks the signature of SourceImageChecksums, and there are none. Set SourceImageChecksums, or remove the key.")
            : null;

        Diagnostic Fault(string code, string message) => new(DiagnosticSeverity.Error, code, message, projectFile);
    }

    static Diagnostic? CheckService(SourceDownload download, string projectFile)
    {
        try
        {
            if (download.Url.Length == ServiceRoots.Scheme.Length || !Uri.TryCreate(download.Url, UriKind.Absolute, out _))
                throw new ImsException("IMG7650", $"SourceImage \"{download.Url}\" names no image. Expected ims:NAME or ims:ID.");
            if (download.Service.Length == 0)
                throw new ImsException("IMG7650", $"SourceImage \"{download.Url}\" is an image of an image management service, and it is not said where that is. Set ImageService to its address.");
            ServiceAddress.Parse(download.Service);
            return download.Digest.Length > 0 && ContentDigest.TryParse(download.Digest) is null
                ? new(DiagnosticSeverity.Error, "IMG1391", $"SourceImageDigest \"{download.Digest}\" is no digest. Expected sha256: and 64 hexadecimal digits, or sha512: and 128.", projectFile)
                : null;
        }
        catch (ImsException problem)
        {
            return new(DiagnosticSeverity.Error, problem.Code, problem.Message, projectFile);
        }
    }

    /// <summary>Finds out by which digest the content is known. Asks no server where the project says it.</summary>
    /// <exception cref="BuildException">It cannot be had (IMG2261 to IMG2264).</exception>
    public Task<ContentDigest> ResolveAsync(SourceDownload download, CancellationToken cancellation) => CodedAsync(async () =>
    {
        if (ContentDigest.TryParse(download.Digest) is { } given)
            return given;
        if (ServiceRoots.Is(download))
            return await Service.ResolveAsync(download, cancellation);
        if (ContainerAddress.TryParse(download.Url) is { } container)
            return container.Digest ?? await ResolveContainerAsync(container, cancellation);
        var address = new Uri(download.Url);
        if (download.Checksums.Length > 0)
            return await FindInChecksumsAsync(address, new Uri(address, download.Checksums), download.KeyFile, cancellation);
        Warn("IMG2265", $"SourceImageUrl {Downloader.Show(address)} is taken as it comes, as no digest is given. Set SourceImageDigest, or SourceImageChecksums.");
        var latest = await Downloads.FetchLatestAsync(address, cancellation);
        TellOfFault(address, latest);
        return latest.Digest;
    });

    /// <summary>Brings the content into the cache.</summary>
    /// <returns>The file; of a container image those of its layers, the lowest first.</returns>
    /// <exception cref="BuildException">It cannot be had (IMG2261), the address has another one by now (IMG2262), or it is no such image (IMG2267).</exception>
    public Task<IReadOnlyList<string>> FetchAsync(SourceDownload download, ContentDigest digest, CancellationToken cancellation) => CodedAsync(async () =>
    {
        if (ServiceRoots.Is(download))
            return [await Service.FetchAsync(download, digest, cancellation)];
        if (ContainerAddress.TryParse(download.Url) is not { } container)
            return [(await Downloads.FetchAsync(new(download.Url), digest, cancellation)).File];
        using var opened = Open(container);
        return await new ContainerFetcher(opened.Source, download.Url, architecture).FetchLayersAsync(digest, cancellation);
    });

    async Task<ContentDigest> ResolveContainerAsync(ContainerAddress container, CancellationToken cancellation)
    {
        Warn("IMG2265", $"SourceImageUrl {container.Text} is taken as it is now, as no digest is given. Set SourceImageDigest, or name it as IMAGE@sha256:HEX.");
        using var opened = Open(container);
        return await new ContainerFetcher(opened.Source, container.Text, architecture).ResolveAsync(cancellation);
    }

    OpenedContainer Open(ContainerAddress container) => container.Open(store, networks, Progress, Waiting);

    void Waiting() => listener.Progress("Waiting for another build that downloads the same");

    public void Dispose() => source.Dispose();

    async Task<ContentDigest> FindInChecksumsAsync(Uri address, Uri checksums, string keyFile, CancellationToken cancellation)
    {
        var list = await Downloads.FetchLatestAsync(checksums, cancellation);
        TellOfFault(checksums, list);
        if (new FileInfo(list.File).Length > LongestChecksums)
            throw new DownloadException(DownloadFault.WrongChecksums, $"{Downloader.Show(checksums)} has more than {LongestChecksums} bytes, too many for a list of digests.");
        var text = await File.ReadAllTextAsync(list.File, cancellation);
        if (keyFile.Length > 0)
            text = await VerifyAsync(checksums, list.File, SignedText.IsInline(text), keyFile, cancellation);
        try
        {
            return ChecksumList.Find(text, Downloader.NameOf(address))
                ?? throw new DownloadException(DownloadFault.WrongChecksums, $"{Downloader.Show(checksums)} has no SHA-256 or SHA-512 of {Downloader.NameOf(address)}.");
        }
        catch (InvalidDataException exception)
        {
            throw new DownloadException(DownloadFault.WrongChecksums, $"{Downloader.Show(checksums)} cannot be used: {exception.Message}.", exception);
        }
    }

    async Task<string> VerifyAsync(Uri checksums, string file, bool isInline, string keyFile, CancellationToken cancellation)
    {
        SignedText signed;
        try
        {
            signed = new([.. OpenPgpKey.Read(keyFile).SelectMany(key => key.Packets)]);
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            throw new DownloadException(DownloadFault.WrongSignature, $"SourceImageKey {keyFile} cannot be used: {exception.Message.TrimEnd('.')}.", exception);
        }
        try
        {
            return await signed.ReadAsync(file, isInline ? null : (await FetchSignatureAsync(checksums, cancellation)).File, cancellation);
        }
        catch (DownloadException exception) when (exception.Fault == DownloadFault.WrongSignature)
        {
            throw new DownloadException(exception.Fault, $"{Downloader.Show(checksums)} has no good signature by SourceImageKey {Path.GetFileName(keyFile)}: {exception.Message}", exception);
        }
    }

    async Task<Downloaded> FetchSignatureAsync(Uri checksums, CancellationToken cancellation)
    {
        foreach (var ending in signatureEndings)
        {
            try
            {
                return await Downloads.FetchLatestAsync(new UriBuilder(checksums) { Path = checksums.AbsolutePath + ending }.Uri, cancellation);
            }
            catch (DownloadException exception) when (exception.InnerException is FileNotFoundException or HttpRequestException { StatusCode: System.Net.HttpStatusCode.NotFound or System.Net.HttpStatusCode.Forbidden or System.Net.HttpStatusCode.Gone })
            {
                // The next ending may be the one.
            }
        }
        throw new DownloadException(DownloadFault.WrongSignature, $"there is none beside it ({string.Join(", ", signatureEndings)}), nor in it.");
    }

    void TellOfFault(Uri address, Downloaded content)
    {
        if (content.Fault is { } fault)
            Warn("IMG2266", $"What {Downloader.Show(address)} had when it was last fetched is used. {fault}");
    }

    void Warn(string code, string message) => listener.Report(new(DiagnosticSeverity.Warning, code, message, projectFile));

    void Progress(DownloadProgress progress)
    {
        const double Mega = 1e6;
        var done = $"{progress.Done / Mega:0.0}";
        listener.Progress($"Downloading {progress.Name}: {(progress.Total is { } total ? $"{done} of {total / Mega:0.0}" : done)} MB");
    }

    async Task<T> CodedAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (DownloadException exception)
        {
            throw new BuildException(CodeOf(exception.Fault), exception.Message, projectFile, inner: exception);
        }
        catch (ImsException exception)
        {
            throw new BuildException(exception.Code, exception.Message, projectFile, inner: exception);
        }
    }

    static string CodeOf(DownloadFault fault) => fault switch
    {
        DownloadFault.Unavailable => "IMG2261",
        DownloadFault.WrongContent => "IMG2262",
        DownloadFault.WrongChecksums => "IMG2263",
        DownloadFault.WrongImage => "IMG2267",
        _ => "IMG2264",
    };
}
