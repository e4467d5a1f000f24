using System.IO.Compression;
using System.Text.Json;

namespace ImageSdk.Advisories.Reading;

/// <summary>
/// Files of advisories: OSV's records (one, a list, one behind the other, or a zip archive of such files, as OSV exports them), or the data of Debian's security
/// tracker; compressed by gzip or not. What a file is shows in its first bytes, whatever it is called.
/// </summary>
static class AdvisoryFile
{
    /// <summary>Of all that an archive unpacks to: OSV's of all ecosystems have a tenth of it.</summary>
    const long MostBytes = 64L << 30;

    static readonly string[] extensions = [".json", ".jsonl", ".ndjson", ".zip", ".gz"];

    /// <summary>Reads a file, or all of a directory and those below it by their extensions.</summary>
    /// <exception cref="AdvisoryException">One is damaged, or something else.</exception>
    /// <exception cref="IOException">One cannot be read.</exception>
    public static void ReadAll(string path, IAdvisorySink sink, CancellationToken cancellation)
    {
        var count = 0;
        foreach (var file in FilesOf(path))
        {
            cancellation.ThrowIfCancellationRequested();
            count += ReadFile(file, sink, cancellation);
        }
        if (count == 0)
            throw new AdvisoryException($"{path} has no advisories: expected are records of OSV (.json, .zip), or the data of Debian's security tracker");
    }

    static IEnumerable<string> FilesOf(string path) => !Directory.Exists(path) ? [path]
        : Directory.EnumerateFiles(path, "*", new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = false, AttributesToSkip = FileAttributes.ReparsePoint })
            .Where(file => extensions.Contains(Path.GetExtension(file))).Order(StringComparer.Ordinal);

    /// <returns>How many advisories it has.</returns>
    static int ReadFile(string file, IAdvisorySink sink, CancellationToken cancellation)
    {
        var counting = new CountingSink(sink);
        try
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.SequentialScan);
            Span<byte> magic = stackalloc byte[4];
            var length = stream.CanSeek ? stream.ReadAtLeast(magic, magic.Length, throwOnEndOfStream: false) : 0;
            if (stream.CanSeek)
                stream.Position = 0;
            if (magic[..length].StartsWith("PK"u8))
                ReadArchive(stream, counting, cancellation);
            else if (magic[..length].StartsWith((ReadOnlySpan<byte>)[0x1F, 0x8B]))
            {
                using var unpacked = new GZipStream(stream, CompressionMode.Decompress);
                ReadJson(new LimitedStream(unpacked, MostBytes), counting, cancellation);
            }
            else
                ReadJson(stream, counting, cancellation);
        }
        catch (Exception exception) when (exception is JsonException or InvalidDataException or InvalidOperationException or NotSupportedException)
        {
            throw new AdvisoryException($"{file} is no readable file of advisories: {exception.Message}", exception);
        }
        return counting.Total;
    }

    static void ReadArchive(Stream stream, IAdvisorySink sink, CancellationToken cancellation)
    {
        using var archive = new ZipArchive(stream, ZipArchiveMode.Read);
        var left = MostBytes;
        foreach (var entry in archive.Entries)
        {
            cancellation.ThrowIfCancellationRequested();
            if (!entry.FullName.EndsWith(".json", StringComparison.Ordinal))
                continue;
            using var unpacked = new LimitedStream(entry.Open(), left);
            try
            {
                ReadJson(unpacked, sink, cancellation);
            }
            catch (JsonException exception)
            {
                throw new JsonException($"{entry.FullName} in it: {exception.Message}", exception);
            }
            left = unpacked.Left;
        }
    }

    static void ReadJson(Stream stream, IAdvisorySink sink, CancellationToken cancellation) => new JsonPieces(stream).Read(
        (name, value) => value == JsonTokenType.StartObject && !OsvRecord.Begins(name, value),
        (name, value) =>
        {
            if (name is not null)
                SecurityTracker.Read(name, value, sink);
            else
                OsvRecord.Read(value, sink);
        }, cancellation);

    sealed class CountingSink(IAdvisorySink sink) : IAdvisorySink
    {
        public int Total { get; private set; }

        public bool IsWanted(DistributionRelease release, string package) => sink.IsWanted(release, package);

        public void Count()
        {
            Total++;
            sink.Count();
        }

        public void Add(Advisory advisory, DistributionRelease release, string package, AffectedVersions affected) => sink.Add(advisory, release, package, affected);
    }
}
