using ImageSdk.Artifacts.Disks;

namespace ImageSdk.Artifacts;

/// <summary>The formats that there are.</summary>
public static class ArtifactFormats
{
    public static IReadOnlyList<IArtifactFormat> All { get; } =
    [
        new RawFormat(), ConvertedDiskFormat.Qcow2, ConvertedDiskFormat.Vhd, ConvertedDiskFormat.Vmdk,
    ];

    /// <exception cref="ArtifactException">IMG6001: there is no such format.</exception>
    public static IArtifactFormat Find(string name) =>
        All.FirstOrDefault(format => format.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            ?? throw new ArtifactException("IMG6001", $"There is no image format \"{name}\". There are: {string.Join(", ", All.Select(format => format.Name))}.");
}
