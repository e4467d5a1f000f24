using ImageSdk.Artifacts.Disks;
using ImageSdk.Artifacts.Disks.Repacking;
using ImageSdk.Artifacts.Formats;
using ImageSdk.Artifacts.Iso;

namespace ImageSdk.Artifacts.Registry;

/// <summary>The formats that there are.</summary>
public static class ArtifactFormats
{
    public static IReadOnlyList<IArtifactFormat> All { get; } =
    [
        new TarFormat("tar", "none"), new TarFormat("tar.gz", "gzip"), new TarFormat("tar.zst", "zstd"), new TarFormat("tar.xz", "xz"),
        new SquashfsFormat(), new ErofsFormat(), new DirectoryFormat(), new OciFormat(), new KernelFormat(), new UkiFormat(),
        new RawFormat(), ConvertedDiskFormat.Qcow2, ConvertedDiskFormat.Vhd, ConvertedDiskFormat.Vmdk, new RepackFormat(), new IsoFormat(),
    ];

    /// <exception cref="ArtifactException">IMG6001: there is no such format.</exception>
    public static IArtifactFormat Find(string name) =>
        All.FirstOrDefault(format => format.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            ?? throw new ArtifactException("IMG6001", $"There is no image format \"{name}\". There are: {string.Join(", ", All.Select(format => format.Name))}.");
}
