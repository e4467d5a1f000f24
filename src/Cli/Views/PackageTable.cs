using ImageSdk.Cli.Output;
using ImageSdk.Images;

namespace ImageSdk.Cli.Views;

/// <summary>Packages in columns: name, version, size.</summary>
static class PackageTable
{
    public static void Write(TextWriter output, IReadOnlyList<Package> packages)
    {
        var rows = packages.Select(package =>
            (Name: OneLine.Of(package.Name), Version: OneLine.Of(package.Version), Size: HumanSize.Format(package.Size))).ToArray();
        var nameWidth = rows.Select(row => row.Name.Length).DefaultIfEmpty().Max();
        var versionWidth = rows.Select(row => row.Version.Length).DefaultIfEmpty().Max();
        foreach (var (name, version, size) in rows)
            output.WriteLine($"{name.PadRight(nameWidth)}  {version.PadRight(versionWidth)}  {size}");
    }
}
