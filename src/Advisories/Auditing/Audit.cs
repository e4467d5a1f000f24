using ImageSdk.Advisories.Reading;
using ImageSdk.Images;

namespace ImageSdk.Advisories.Auditing;

/// <summary>
/// Holds advisories against images. Of advisories only those are kept that are about a package of the images, so that memory is bounded by what is found,
/// and each version of a package is compared once, however many images have it.
/// </summary>
/// <param name="ignored">Advisories that do not count, by their identifiers or CVEs.</param>
public sealed class Audit(IReadOnlyList<AuditedImage> images, IReadOnlyCollection<string> ignored) : IAdvisorySink
{
    readonly Dictionary<DistributionRelease, Dictionary<string, List<InstalledVersion>>> installed = IndexOf(images);
    readonly HashSet<DistributionRelease> covered = [];

    /// <summary>How many advisories were read.</summary>
    public int Advisories { get; private set; }

    /// <summary>Reads a file of advisories, or all in a directory.</summary>
    /// <exception cref="AdvisoryException">One cannot be understood.</exception>
    /// <exception cref="IOException">One cannot be read.</exception>
    public void Read(string path, CancellationToken cancellation = default) => AdvisoryFile.ReadAll(path, this, cancellation);

    bool IAdvisorySink.IsWanted(DistributionRelease release, string package)
    {
        covered.Add(release);
        return installed.TryGetValue(release, out var packages) && packages.ContainsKey(package);
    }

    void IAdvisorySink.Count() => Advisories++;

    void IAdvisorySink.Add(Advisory advisory, DistributionRelease release, string package, AffectedVersions affected)
    {
        if (ignored.Any(advisory.IsCalled) || !installed.TryGetValue(release, out var packages) || !packages.TryGetValue(package, out var versions))
            return;
        foreach (var version in versions)
            if (affected.Contains(version.Version, out var fixedIn))
                version.Add(advisory, fixedIn, affected.IsElsewhere);
    }

    /// <summary>What was found in all that was read.</summary>
    /// <param name="archive">Versions that archives have; null where none was looked at.</param>
    public AuditReport Report(ArchiveVersions? archive = null) => new(Advisories, [.. images.Select(image => FindingsOf(image, archive))]);

    ImageFindings FindingsOf(AuditedImage image, ArchiveVersions? archive)
    {
        if (image.Release is not { } release || !installed.TryGetValue(release, out var packages))
            return new(image, image.Release is not null && (image.Packages.Count == 0 || covered.Contains(image.Release)), []);
        var found = new List<VulnerablePackage>();
        foreach (var group in NamesOf(image).GroupBy(name => (name.Name, name.Version)).OrderBy(group => group.Key.Name, StringComparer.Ordinal))
            if (packages[group.Key.Name].Find(version => version.Version == group.Key.Version) is { HasMatches: true } version)
                found.Add(new(group.Key.Name, group.Key.Version, [.. group.Select(name => name.Binary).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
                    version.FindingsFor(image.IsLocked, fixedIn => archive?.Has(release, group.Key.Name, fixedIn) != false)));
        return new(image, covered.Contains(release), found);
    }

    // Advisories about rpms speak of binary packages, of some distributions of their sources.
    static IEnumerable<(string Name, string Version, string Binary)> NamesOf(AuditedImage image)
    {
        foreach (var package in image.Packages)
        {
            yield return (package.SourceName, package.SourceVersion, package.Name);
            if (image.Release!.IsRpm && package.Name != package.SourceName)
                yield return (package.Name, package.Version, package.Name);
        }
    }

    static Dictionary<DistributionRelease, Dictionary<string, List<InstalledVersion>>> IndexOf(IReadOnlyList<AuditedImage> images)
    {
        var index = new Dictionary<DistributionRelease, Dictionary<string, List<InstalledVersion>>>();
        foreach (var image in images.Where(image => image.Release is not null))
        {
            if (!index.TryGetValue(image.Release!, out var packages))
                index.Add(image.Release!, packages = new(StringComparer.Ordinal));
            foreach (var (name, version, _) in NamesOf(image))
            {
                if (!packages.TryGetValue(name, out var versions))
                    packages.Add(name, versions = []);
                if (!versions.Exists(known => known.Version == version))
                    versions.Add(new(version));
            }
        }
        return index;
    }

    sealed class InstalledVersion(string version)
    {
        // By what they are about: several sources may speak of one CVE.
        readonly Dictionary<string, Match> matches = new(StringComparer.Ordinal);

        // Shared by all images that have the version.
        readonly IReadOnlyList<Finding>?[] findings = new IReadOnlyList<Finding>?[2];

        public string Version => version;

        public bool HasMatches => matches.Count > 0;

        public void Add(Advisory advisory, string? fixedIn, bool isElsewhere)
        {
            // Who knows how it is mended knows more.
            if (!matches.TryGetValue(advisory.Subject, out var known) || known.FixedIn is null && fixedIn is not null || known.IsElsewhere && !isElsewhere && fixedIn is not null)
                matches[advisory.Subject] = new(advisory, fixedIn, isElsewhere);
        }

        public IReadOnlyList<Finding> FindingsFor(bool isLocked, Func<string, bool> isInArchive) => findings[isLocked ? 1 : 0] ??=
        [
            .. matches.Values.OrderBy(match => match.Advisory.Subject, VersionOrder.Instance).Select(match => new Finding(match.Advisory, match.FixedIn, match.FixedIn switch
            {
                null => Remedy.None,
                _ when match.IsElsewhere || !isInArchive(match.FixedIn) => Remedy.NotInArchive,
                _ => isLocked ? Remedy.UpdateLock : Remedy.Rebuild,
            })),
        ];
    }

    sealed record Match(Advisory Advisory, string? FixedIn, bool IsElsewhere);
}
