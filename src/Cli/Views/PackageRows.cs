using ImageSdk.Images;

namespace ImageSdk.Cli.Views;

/// <summary>Packages as rows: name, version, size.</summary>
static class PackageRows
{
    public static IReadOnlyList<string[]> Of(IEnumerable<Package> packages) =>
        [.. packages.Select(package => (string[])[package.Name, package.Version, HumanSize.Format(package.Size)])];
}
