namespace ImageSdk.Advisories.Auditing;

/// <summary>What mends a vulnerability.</summary>
public enum Remedy
{
    /// <summary>No version without it is known.</summary>
    None,

    /// <summary>There is one, but not in the release's own archive, or not in the archive that was looked at.</summary>
    NotInArchive,

    /// <summary>The lock holds the vulnerable version.</summary>
    UpdateLock,

    /// <summary>A rebuild takes the mended version.</summary>
    Rebuild,
}

/// <summary>An advisory about a version of a package.</summary>
/// <param name="FixedIn">Null where no version without the vulnerability is known.</param>
public sealed record Finding(Advisory Advisory, string? FixedIn, Remedy Remedy)
{
    public bool IsMendable => Remedy is Remedy.Rebuild or Remedy.UpdateLock;
}

/// <summary>A package of an image with known vulnerabilities.</summary>
/// <param name="Name">What advisories call it: mostly the source package.</param>
/// <param name="Version">Of that.</param>
/// <param name="Binaries">Its packages in the image, sorted.</param>
/// <param name="Findings">One or more, by what they are about; shared by images with the same version.</param>
public sealed record VulnerablePackage(string Name, string Version, IReadOnlyList<string> Binaries, IReadOnlyList<Finding> Findings);

/// <param name="IsCovered">Whether there are advisories about the image's release at all: without, nothing can be said of it.</param>
/// <param name="Packages">By their names.</param>
public sealed record ImageFindings(AuditedImage Image, bool IsCovered, IReadOnlyList<VulnerablePackage> Packages)
{
    public int Count => Packages.Sum(package => package.Findings.Count);

    /// <summary>With some of the findings only.</summary>
    public ImageFindings Where(Func<Finding, bool> isWanted) => this with
    {
        Packages = [.. Packages.Select(package => package with { Findings = [.. package.Findings.Where(isWanted)] }).Where(package => package.Findings.Count > 0)],
    };
}

/// <summary>A stream whose rebuild mends something.</summary>
/// <param name="NeedsLock">Whether its lock has to be updated first.</param>
/// <param name="Mended">Packages.</param>
/// <param name="Remaining">Advisories that are left.</param>
public sealed record StreamToRebuild(string Stream, bool NeedsLock, IReadOnlyList<string> Mended, int Remaining);

/// <summary>What an audit found.</summary>
/// <param name="Advisories">How many were read.</param>
/// <param name="Images">In the order in which they were given.</param>
public sealed record AuditReport(int Advisories, IReadOnlyList<ImageFindings> Images)
{
    public int Affected => Images.Count(image => image.Packages.Count > 0);

    /// <summary>Streams to rebuild, those first that others are built on.</summary>
    public IReadOnlyList<StreamToRebuild> Rebuilds
    {
        get
        {
            var streams = Images.Where(image => image.Image.Stream.Length > 0 && image.Packages.Any(IsMendable)).GroupBy(image => image.Image.Stream, StringComparer.Ordinal)
                .ToDictionary(group => group.Key, group => group.ToList(), StringComparer.Ordinal);
            var ordered = new List<StreamToRebuild>();
            var seen = new HashSet<string>(StringComparer.Ordinal);
            foreach (var stream in streams.Keys.Order(StringComparer.Ordinal))
                Visit(stream);
            return ordered;

            // Sources first. A chain is short; what goes in circles is seen.
            void Visit(string stream)
            {
                if (!streams.TryGetValue(stream, out var images) || !seen.Add(stream))
                    return;
                foreach (var image in images)
                    Visit(image.Image.SourceStream);
                var packages = images.SelectMany(image => image.Packages).ToList();
                ordered.Add(new(stream, packages.Exists(package => package.Findings.Any(finding => finding.Remedy == Remedy.UpdateLock)),
                    [.. packages.Where(IsMendable).Select(package => package.Name).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
                    packages.SelectMany(package => package.Findings).Where(finding => !finding.IsMendable).Select(finding => finding.Advisory.Subject).Distinct().Count()));
            }
        }
    }

    static bool IsMendable(VulnerablePackage package) => package.Findings.Any(finding => finding.IsMendable);
}
