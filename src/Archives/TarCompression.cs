using System.Diagnostics;
using System.IO.Compression;

namespace ImageSdk.Archives;

/// <summary>How a tar file is compressed, by its name.</summary>
enum ArchiveCompression
{
    Plain,
    Gzip,
    Zstd,
    Xz,
}

static class TarCompression
{
    static readonly (string Ending, ArchiveCompression Format)[] Endings =
        [(".tar", ArchiveCompression.Plain), (".tar.gz", ArchiveCompression.Gzip), (".tgz", ArchiveCompression.Gzip), (".tar.zst", ArchiveCompression.Zstd), (".tar.xz", ArchiveCompression.Xz)];

    /// <summary>Null where the name is not that of a tar file.</summary>
    public static ArchiveCompression? Find(string path)
    {
        foreach (var (ending, format) in Endings)
        {
            if (path.EndsWith(ending, StringComparison.OrdinalIgnoreCase))
                return format;
        }
        return null;
    }

    /// <summary>Writes the content without its compression.</summary>
    /// <exception cref="IOException">It is damaged, or the tool for it is not there.</exception>
    /// <exception cref="BuildException">It becomes too large (IMG2260).</exception>
    public static async Task DecompressAsync(string path, ArchiveCompression format, Stream output, CancellationToken cancellation)
    {
        var target = ExpansionLimit.Current.Bound(output, new FileInfo(path).Length, path);
        if (format == ArchiveCompression.Gzip)
        {
            await using var file = File.OpenRead(path);
            await using var content = new GZipStream(file, CompressionMode.Decompress);
            await content.CopyToAsync(target, cancellation);
            return;
        }
        var tool = format == ArchiveCompression.Zstd ? "zstd" : "xz";
        using var process = Start(tool, path);
        var errors = process.StandardError.ReadToEndAsync(cancellation);
        try
        {
            await process.StandardOutput.BaseStream.CopyToAsync(target, cancellation);
            await process.WaitForExitAsync(cancellation);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
        }
        if (process.ExitCode != 0)
            throw new IOException($"{tool} cannot read {path}: {(await errors).Trim()}");
    }

    static Process Start(string tool, string path)
    {
        try
        {
            return Process.Start(new ProcessStartInfo(tool, ["-dc", "--", path]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        }
        catch (System.ComponentModel.Win32Exception exception)
        {
            throw new IOException($"{path} needs the program {tool}: install it", exception);
        }
    }
}
