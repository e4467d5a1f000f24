using System.Net;
using System.Text.Json;
using ImageSdk.Building.Downloads;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Projects;
using ImageSdk.Layers;

namespace ImageSdk.Building.PackageArchives;

/// <summary>Finds keys and addresses of a project's archives: in its files, at Launchpad, and at a server of keys. What was found is asked again after a day.</summary>
sealed class ArchiveResolver(LaunchpadSettings settings, LayerStore layers, IBuildListener listener, string projectFile) : IDisposable
{
    const long LongestAnswer = 4 << 20;

    static readonly TimeSpan AskedAgain = TimeSpan.FromDays(1);

    readonly ContentSource source = new();
    readonly DownloadStore store = new(layers);

    Downloader Downloads => new(store, source, _ => { }, () => listener.Progress("Waiting for another build that asks the same"));

    public void Dispose() => source.Dispose();

    /// <returns>Those archives, each with address and key.</returns>
    /// <exception cref="BuildException">A key is missing (IMG4390) or another one (IMG4391), or Launchpad does not know the archive (IMG4392).</exception>
    public async Task<IReadOnlyList<PackageArchive>> ResolveAsync(IReadOnlyList<PackageArchive> archives, CancellationToken cancellation)
    {
        var resolved = new List<PackageArchive>();
        foreach (var archive in archives)
            resolved.Add(archive.IsPersonal ? await FindPersonalAsync(archive, cancellation) : archive.Key.Length > 0 ? archive : archive with { Key = await FindKeyAsync(archive, archive.Fingerprint, cancellation) });
        return resolved;
    }

    /// <summary>Takes the keys of files into the project, which may be built elsewhere.</summary>
    /// <exception cref="BuildException">A file cannot be read, or has no key (IMG4390), or not the one that is named (IMG4391).</exception>
    public static IReadOnlyList<PackageArchive> ReadFiles(IReadOnlyList<PackageArchive> archives, string projectFile) =>
        [.. archives.Select(archive => archive.KeyFile.Length == 0 ? archive : archive with { Key = ReadFile(archive, projectFile), KeyFile = "" })];

    static string ReadFile(PackageArchive archive, string projectFile)
    {
        IReadOnlyList<OpenPgpKey> keys;
        try
        {
            keys = OpenPgpKey.Read(archive.KeyFile);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new BuildException("IMG4390", $"The key of archive {archive.Name} cannot be read from {archive.KeyFile}: {exception.Message.TrimEnd('.')}.", PlaceOf(archive, projectFile), inner: exception);
        }
        return archive.Fingerprint.Length == 0 ? Encode(keys)
            : Select(keys, archive.Fingerprint) ?? throw new BuildException("IMG4391",
                $"{archive.KeyFile} has another key than archive {archive.Name} says: it has {string.Join(", ", keys.Select(key => key.Fingerprints[0]))}, and {OpenPgpKey.Normalize(archive.Fingerprint)} is expected.",
                PlaceOf(archive, projectFile));
    }

    async Task<PackageArchive> FindPersonalAsync(PackageArchive archive, CancellationToken cancellation)
    {
        var parts = archive.Name["ppa:".Length..].Split('/');
        var (owner, distribution, name) = parts is [var first, var middle, var last] ? (first, middle, last) : (parts[0], "ubuntu", parts[1]);
        var fingerprint = await AskLaunchpadAsync(archive, new($"{settings.Api.TrimEnd('/')}/1.0/~{owner}/+archive/{distribution}/{name}"), cancellation);
        return archive with
        {
            Uris = [$"{settings.Archives.TrimEnd('/')}/{owner}/{name}/{distribution}"],
            Fingerprint = fingerprint,
            Key = await FindKeyAsync(archive, fingerprint, cancellation),
        };
    }

    async Task<string> AskLaunchpadAsync(PackageArchive archive, Uri address, CancellationToken cancellation)
    {
        try
        {
            using var answer = JsonDocument.Parse(await FetchAsync(address, cancellation));
            var fingerprint = answer.RootElement.TryGetProperty("signing_key_fingerprint", out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
            return OpenPgpKey.IsFingerprint(fingerprint) ? OpenPgpKey.Normalize(fingerprint) : throw Fault("Launchpad knows no key of it, as nothing was published in it yet");
        }
        catch (DownloadException exception)
        {
            throw Fault(IsMissing(exception) ? $"Launchpad ({Downloader.Show(address)}) has no such archive" : exception.Message.TrimEnd('.'), exception);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw Fault($"what {Downloader.Show(address)} answers is not understood", exception);
        }

        BuildException Fault(string what, Exception? inner = null) =>
            new("IMG4392", $"Archive {archive.Name} cannot be used: {what}. Check the name, and LaunchpadAddress.", PlaceOf(archive, projectFile), inner: inner);
    }

    async Task<string> FindKeyAsync(PackageArchive archive, string fingerprint, CancellationToken cancellation)
    {
        fingerprint = OpenPgpKey.Normalize(fingerprint);
        var address = new Uri($"{settings.KeyServer.TrimEnd('/')}/pks/lookup?op=get&options=mr&search=0x{fingerprint}");
        IReadOnlyList<OpenPgpKey> keys;
        try
        {
            keys = OpenPgpKey.Parse(await FetchAsync(address, cancellation));
        }
        catch (Exception exception) when (exception is DownloadException or InvalidDataException)
        {
            var reason = exception is DownloadException download && IsMissing(download) ? $"{settings.KeyServer} has no key {fingerprint}" : exception.Message.TrimEnd('.');
            throw new BuildException("IMG4390", $"The key of archive {archive.Name} cannot be had: {reason}. Give it as a KeyFile, or another key server as ImageKeyServer.", PlaceOf(archive, projectFile), inner: exception);
        }
        // A server of keys believes everyone: what it sends beside the key is left out.
        return Select(keys, fingerprint) ?? throw new BuildException("IMG4391",
            $"{settings.KeyServer} answers with another key for archive {archive.Name}: {string.Join(", ", keys.Select(key => key.Fingerprints[0]))}, and {fingerprint} is expected.", PlaceOf(archive, projectFile));
    }

    async Task<byte[]> FetchAsync(Uri address, CancellationToken cancellation)
    {
        var answer = store.FindRecent(address, AskedAgain) ?? await Downloads.FetchLatestAsync(address, cancellation);
        if (answer.Fault is { } fault)
            listener.Report(new(DiagnosticSeverity.Warning, "IMG2266", $"What {Downloader.Show(address)} had when it was last fetched is used. {fault}", projectFile));
        return new FileInfo(answer.File).Length > LongestAnswer
            ? throw new DownloadException(DownloadFault.Unavailable, $"{Downloader.Show(address)} answers with more than {LongestAnswer} bytes.")
            : await File.ReadAllBytesAsync(answer.File, cancellation);
    }

    static bool IsMissing(DownloadException exception) => exception.InnerException is HttpRequestException { StatusCode: HttpStatusCode.NotFound or HttpStatusCode.Gone or HttpStatusCode.Unauthorized };

    static string? Select(IReadOnlyList<OpenPgpKey> keys, string fingerprint) =>
        keys.Where(key => key.Fingerprints.Contains(OpenPgpKey.Normalize(fingerprint))).ToList() is { Count: > 0 } found ? Encode(found) : null;

    static string Encode(IEnumerable<OpenPgpKey> keys) => Convert.ToBase64String([.. keys.SelectMany(key => key.Packets)]);

    static string PlaceOf(PackageArchive archive, string projectFile) => archive.File.Length > 0 ? archive.File : projectFile;
}
