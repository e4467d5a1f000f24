using ImageSdk.Images;

namespace ImageSdk.Cli.Output;

/// <summary>Packages as imagetool lists them: name, version, size, one blank apart.</summary>
sealed record PackageColumns(int NameWidth, int VersionWidth)
{
    /// <summary>Columns that fit these packages.</summary>
    public static PackageColumns For(IReadOnlyCollection<Package> packages) => new(
        packages.Select(package => package.Name.Length).DefaultIfEmpty().Max(),
        packages.Select(package => package.Version.Length).DefaultIfEmpty().Max());

    public string Format(IEnumerable<Package> packages) => string.Concat(packages.Select(
        package => $"{package.Name.PadRight(NameWidth)} {package.Version.PadRight(VersionWidth)} {HumanSize.Format(package.Size)}\n"));
}
