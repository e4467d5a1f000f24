using System.Globalization;
using ImageSdk.Archives;
using ImageSdk.Images;

namespace ImageSdk.Artifacts.Formats;

/// <summary>
/// A squashfs file system. It is made of a tar stream of the tree, not of the mounted root: so devices, owners, capabilities and
/// times are the image's for ordinary users as well, and no order or number of the build's own file system gets into it.
/// </summary>
sealed class SquashfsFormat : IArtifactFormat
{
    const string LevelOption = "CompressionLevel";

    /// <summary>The tool's own, 15, takes seven times as long, for six percent less.</summary>
    const string UsualZstdLevel = "9";

    static readonly HostTool MakeSquashfs = new("mksquashfs", "squashfs-tools");

    public string Name => "squashfs";

    public int Version => 1;

    public IReadOnlyList<ArtifactOption> Options { get; } =
    [
        ArtifactOption.Choice("Compression", "zstd", "zstd", "xz", "gzip", "lz4"),
        ArtifactOption.Number(LevelOption, "", 1, 22),
        ArtifactOption.Size("BlockSize", "131072"),
    ];

    public string FileName(string image, ArtifactSettings settings) => $"{image}.squashfs";

    public IReadOnlyList<HostTool> Tools(ArtifactSettings settings) => [MakeSquashfs];

    public void Check(ArtifactSettings settings)
    {
        var most = settings["Compression"] switch { "zstd" => 22, "gzip" => 9, _ => 0 };
        if (settings.Number(LevelOption) is { } level && level > most)
            throw new ArtifactException("IMG6002",
                $"CompressionLevel of the format squashfs is {level}; expected with {settings["Compression"]}: {(most == 0 ? "none" : $"1 to {most}")}.");
        if (settings.Number("BlockSize") is var size && (size is < 4096 or > 1 << 20 || !long.IsPow2(size!.Value)))
            throw new ArtifactException("IMG6002", $"BlockSize of the format squashfs is {size}; expected: a power of two from 4K to 1M.");
    }

    public void Write(ArtifactContext context)
    {
        var settings = context.Settings;
        var level = settings["Compression"] == "zstd" && settings[LevelOption] is "" ? UsualZstdLevel : settings[LevelOption];
        using var root = context.OpenRoot();
        var tar = new TarTreeWriter(context.Tree, root, context.EpochTime, "./", context.Cancellation)
        {
            HasRoot = false,
            // A squashfs has attributes of these three kinds only; no access control lists.
            TakesAttribute = name => name.Span.StartsWith("user."u8) || name.Span.StartsWith("security."u8) || name.Span.StartsWith("trusted."u8),
        };
        string[] levelArguments = level is "" ? [] : ["-Xcompression-level", level];
        context.Tools.Run(
            MakeSquashfs,
            [
                // sqfstar, which reads tar files too, stumbles over the level. Its root directory is the tool's own, whatever the tar file says.
                "-", context.OutputPath, "-tar", "-root-mode", Convert.ToString(context.Tree.Root.Mode & InodeMode.PermissionMask, 8),
                "-quiet", "-no-progress", "-exit-on-error", "-b", settings["BlockSize"], "-comp", settings["Compression"], .. levelArguments,
            ],
            // The time of the file system, and the latest of its files: the root directory would have the clock's.
            new Dictionary<string, string> { ["SOURCE_DATE_EPOCH"] = context.Epoch.ToString(CultureInfo.InvariantCulture) },
            tar.Write);
    }
}
