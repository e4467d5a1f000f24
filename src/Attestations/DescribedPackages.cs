using ImageSdk.Contracts.Inspection;
using ImageSdk.Images;

namespace ImageSdk.Attestations;

/// <summary>Puts together what is known of an image's packages.</summary>
static class DescribedPackages
{
    /// <param name="contents">What the image's files say.</param>
    /// <param name="names">The image's own list, for packagers whose databases are not read.</param>
    /// <param name="digests">SHA-256 by <see cref="KeyOf(string, string, string)"/>.</param>
    public static IReadOnlyList<DescribedPackage> List(ImageContents contents, IReadOnlyList<Package> names, IReadOnlyDictionary<string, string> digests)
    {
        IReadOnlyList<InstalledPackage> installed = contents.Packages.Count > 0
            ? contents.Packages
            : [.. names.Select(InstalledPackage.From).OrderBy(package => package.Name, StringComparer.Ordinal).ThenBy(package => package.Version, StringComparer.Ordinal)];
        // Lists of names may have one twice, for two architectures.
        var packages = installed.Select(package => (Package: package, Purl: PackageUrl.Of(package, contents.Packager, contents.System)))
            .DistinctBy(item => item.Purl).ToList();
        var byName = new Dictionary<string, string>();
        foreach (var (package, purl) in packages)
            byName.TryAdd(package.Name, purl);
        foreach (var (package, purl) in packages)
            foreach (var provided in package.Provides)
                byName.TryAdd(provided, purl);
        return
        [
            .. packages.Select(item => new DescribedPackage(
                item.Package, item.Purl, Resolve(item.Package, item.Purl, byName),
                digests.GetValueOrDefault(KeyOf(item.Package.Name, item.Package.Version, item.Package.Architecture), ""))),
        ];
    }

    public static string KeyOf(string name, string version, string architecture) => $"{name} {version} {architecture}";

    static string[] Resolve(InstalledPackage package, string purl, Dictionary<string, string> byName) =>
    [
        .. package.Requirements.Select(group => group.Select(name => byName.GetValueOrDefault(name)).FirstOrDefault(found => found is not null))
            .OfType<string>().Where(found => found != purl).Distinct().Order(StringComparer.Ordinal),
    ];
}
