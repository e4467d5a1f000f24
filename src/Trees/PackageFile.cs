using ImageSdk.Images;

namespace ImageSdk.Trees;

/// <summary>The list of installed packages that the layer which seals an image keeps: name, version, bytes, tab-separated.</summary>
static class PackageFile
{
    public static string Write(IReadOnlyList<Package> packages) =>
        string.Concat(packages.Select(package => $"{package.Name}\t{package.Version}\t{package.Size}\n"));

    public static IReadOnlyList<Package> Read(string file) =>
    [
        .. File.ReadLines(file).Select(line => line.Split('\t')).Select(fields => new Package(fields[0], fields[1], ulong.Parse(fields[2]))),
    ];
}
