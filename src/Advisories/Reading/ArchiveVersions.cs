using System.IO.Compression;
using System.Text;
using ImageSdk.Images;

namespace ImageSdk.Advisories.Reading;

/// <summary>
/// The newest versions of source packages that archives have, by lists as apt keeps them (/var/lib/apt/lists) or repositories have them (Packages, Packages.gz).
/// A list whose name or path says of which release it is counts for that one.
/// </summary>
public sealed class ArchiveVersions
{
    readonly Dictionary<(DistributionRelease? Release, string Source), string> newest = [];
    readonly HashSet<DistributionRelease> releases = [];

    /// <param name="paths">Lists, or directories of them.</param>
    /// <exception cref="AdvisoryException">There is none, or it is damaged.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static ArchiveVersions Read(IReadOnlyList<string> paths)
    {
        var archive = new ArchiveVersions();
        foreach (var path in paths)
        {
            string[] files = Directory.Exists(path)
                ? [.. Directory.EnumerateFiles(path, "*Packages*", new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = false, AttributesToSkip = FileAttributes.ReparsePoint })
                    .Where(file => file.EndsWith("Packages", StringComparison.Ordinal) || file.EndsWith("Packages.gz", StringComparison.Ordinal))]
                : [path];
            if (files.Length == 0)
                throw new AdvisoryException($"{path} has no lists of packages: expected are files whose names end in Packages or Packages.gz");
            foreach (var file in files)
                archive.ReadList(file);
        }
        return archive;
    }

    /// <summary>Whether an archive of the release has a version, or a later one. Unknown, and so not denied, where no list is of the release.</summary>
    public bool? Has(DistributionRelease release, string source, string version)
    {
        var own = newest.GetValueOrDefault((release, source)) ?? newest.GetValueOrDefault((null, source));
        return own is not null ? DebianVersion.Order.Compare(own, version) >= 0 : releases.Contains(release) ? false : null;
    }

    void ReadList(string file)
    {
        try
        {
            using var stream = File.OpenRead(file);
            using var reader = new StreamReader(file.EndsWith(".gz", StringComparison.Ordinal) ? new LimitedStream(new GZipStream(stream, CompressionMode.Decompress), 64L << 30) : stream, Encoding.UTF8);
            ReadStanzas(reader, ReleaseOf(file));
        }
        catch (InvalidDataException exception)
        {
            throw new AdvisoryException($"{file} is no readable list of packages: {exception.Message}", exception);
        }
    }

    // "deb.debian.org_debian-security_dists_bookworm-security_main_binary-amd64_Packages", "…/dists/bookworm/main/…".
    static DistributionRelease? ReleaseOf(string file)
    {
        var parts = file.Split('/', '_');
        return Array.LastIndexOf(parts, "dists") is >= 0 and var dists && dists + 1 < parts.Length ? DistributionRelease.OfSuite(parts[dists + 1]) : null;
    }

    void ReadStanzas(StreamReader reader, DistributionRelease? release)
    {
        if (release is not null)
            releases.Add(release);
        var (name, version, source) = ("", "", "");
        while (reader.ReadLine() is var line)
        {
            if (string.IsNullOrEmpty(line))
            {
                if (name.Length > 0 && version.Length > 0)
                    Add(release, source.Length > 0 ? source : name, version);
                (name, version, source) = ("", "", "");
                if (line is null)
                    return;
            }
            else if (line.StartsWith("Package:", StringComparison.Ordinal))
                name = line["Package:".Length..].Trim();
            else if (line.StartsWith("Version:", StringComparison.Ordinal))
                version = line["Version:".Length..].Trim();
            else if (line.StartsWith("Source:", StringComparison.Ordinal))
                source = line["Source:".Length..].Trim();
        }
    }

    // "Source: glibc (2.36-9)" where the version is another one.
    void Add(DistributionRelease? release, string source, string version)
    {
        if (source.IndexOf(" (", StringComparison.Ordinal) is > 0 and var parenthesis)
            (source, version) = (source[..parenthesis], source[(parenthesis + 2)..].TrimEnd(')'));
        if (!newest.TryGetValue((release, source), out var known) || DebianVersion.Order.Compare(known, version) < 0)
            newest[(release, source)] = version;
    }
}
