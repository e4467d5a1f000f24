using System.Globalization;
using System.IO.Compression;

namespace ImageSdk.Artifacts.Formats;

/// <summary>
/// The compressions of files. The result depends on the content, the level and the version of the tool alone, not on the time or
/// the number of processors.
/// </summary>
sealed record Compression(string Name, string Extension, HostTool? Tool)
{
    static readonly HostTool Zstd = new("zstd", "zstd");
    static readonly HostTool Xz = new("xz", "xz-utils");

    public static IReadOnlyList<Compression> All { get; } =
    [
        new("none", "", null), new("gzip", ".gz", null), new("zstd", ".zst", Zstd), new("xz", ".xz", Xz),
    ];

    public static Compression Of(string name) => All.First(compression => compression.Name == name);

    /// <summary>The highest level that all of them know.</summary>
    public const int HighestLevel = 9;

    /// <summary>Writes what is produced, compressed.</summary>
    /// <param name="level">1 to 9; null for the usual one.</param>
    public void Write(Stream target, int? level, HostToolRunner tools, Action<Stream> produce)
    {
        switch (Name)
        {
            case "none":
                produce(target);
                break;
            case "gzip":
                // Neither a name nor a time goes into the header.
                using (var compressor = new GZipStream(target, new ZLibCompressionOptions { CompressionLevel = level ?? 6 }, leaveOpen: true))
                    produce(compressor);
                break;
            case "zstd":
                tools.Filter(Zstd, [$"-{Number(level ?? 3)}", "-T0", "--no-progress", "-q", "-c"], produce, target);
                break;
            default:
                // Blocks of a fixed size, so that the result does not depend on the number of threads.
                tools.Filter(Xz, [$"-{Number(level ?? 6)}", "-T0", "--block-size=16MiB", "-q", "-c"], produce, target);
                break;
        }
    }

    static string Number(int level) => level.ToString(CultureInfo.InvariantCulture);
}
