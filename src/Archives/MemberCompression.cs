using System.ComponentModel;
using System.Diagnostics;
using System.IO.Compression;

namespace ImageSdk.Archives;

/// <summary>Takes the compression off a part of a .deb.</summary>
static class MemberCompression
{
    static readonly (string Ending, string Tool, string Package)[] Tools =
        [(".xz", "xz", "xz-utils"), (".lzma", "xz", "xz-utils"), (".zst", "zstd", "zstd"), (".bz2", "bzip2", "bzip2")];

    /// <param name="ending">".xz", or nothing where the part is not compressed.</param>
    /// <exception cref="InvalidDataException">It is damaged, or compressed in a way that is not known.</exception>
    /// <exception cref="IOException">The program for it is not there, or it could not be written.</exception>
    public static async Task DecompressAsync(Stream source, string ending, Stream target, CancellationToken cancellation)
    {
        switch (ending)
        {
            case "":
                await source.CopyToAsync(target, cancellation);
                return;
            case ".gz":
                await using (var content = new GZipStream(source, CompressionMode.Decompress, leaveOpen: true))
                    await content.CopyToAsync(target, cancellation);
                return;
        }
        var (_, tool, package) = Tools.FirstOrDefault(known => known.Ending == ending);
        if (tool is null)
            throw new InvalidDataException($"a part of it is compressed in a way that is not known ({ending})");
        using var process = Start(tool, package, "-dc");
        try
        {
            var errors = process.StandardError.ReadToEndAsync(cancellation);
            var feeding = FeedAsync(source, process, cancellation);
            await process.StandardOutput.BaseStream.CopyToAsync(target, cancellation);
            await process.WaitForExitAsync(cancellation);
            await feeding;
            if (process.ExitCode != 0)
                throw new InvalidDataException($"{tool} cannot read it: {(await errors).Trim()}");
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
        }
    }

    static async Task FeedAsync(Stream source, Process process, CancellationToken cancellation)
    {
        try
        {
            await source.CopyToAsync(process.StandardInput.BaseStream, cancellation);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended before it had all; its exit code says why.
        }
    }

    /// <param name="package">The Debian package that has the program.</param>
    /// <exception cref="IOException">The program is not there.</exception>
    public static Process Start(string tool, string package, params IReadOnlyList<string> options)
    {
        try
        {
            return Process.Start(new ProcessStartInfo(tool, options)
            {
                RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
            })!;
        }
        catch (Win32Exception exception)
        {
            throw new IOException($"the program {tool} is missing: apt-get install {package}", exception);
        }
    }
}
