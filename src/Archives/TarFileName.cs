namespace ImageSdk.Archives;

/// <summary>What the name of a tar file says of its compression.</summary>
public static class TarFileName
{
    static readonly (string Ending, string Compression)[] Endings =
    [
        (".tar", ""), (".tar.gz", ".gz"), (".tgz", ".gz"), (".tar.zst", ".zst"), (".tar.xz", ".xz"), (".txz", ".xz"), (".tar.bz2", ".bz2"), (".tbz2", ".bz2"), (".tar.lz", ".lz"),
    ];

    /// <summary>All endings, for messages.</summary>
    public static string List { get; } = string.Join(", ", Endings.Select(known => known.Ending));

    /// <summary>The format as the readers of <c>Compression/</c> knows it, nothing for a plain tar file; null where the name is not that of a tar file.</summary>
    public static string? FindCompression(string path)
    {
        foreach (var (ending, compression) in Endings)
            if (path.EndsWith(ending, StringComparison.OrdinalIgnoreCase))
                return compression;
        return null;
    }
}
