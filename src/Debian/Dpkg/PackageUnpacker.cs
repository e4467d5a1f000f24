using System.Security.Cryptography;
using ImageSdk.Archives;
using ImageSdk.Archives.Compression;

namespace ImageSdk.Debian.Dpkg;

/// <summary>Rewrites a .deb with its parts not compressed.</summary>
static class PackageUnpacker
{
    /// <returns>Size and SHA-256 of what was written.</returns>
    /// <exception cref="InvalidDataException">The package is damaged, or compressed in a way that is not known.</exception>
    /// <exception cref="IOException">It could not be written.</exception>
    public static async Task<(long Size, string Sha256)> UnpackAsync(string package, string target, ExpansionLimit limit, CancellationToken cancellation)
    {
        await using var source = File.OpenRead(package);
        await using (var output = new FileStream(target, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 0))
        {
            output.Write(DebArchive.Magic);
            foreach (var member in DebArchive.ReadMembers(source))
                await CopyAsync(source, member, output, limit, cancellation);
            output.Position = 0;
            var digest = await SHA256.HashDataAsync(output, cancellation);
            var size = output.Length;
            // What is in the cache is believed by its size: a power cut must not leave a file of zeros.
            output.Flush(flushToDisk: true);
            return (size, Convert.ToHexStringLower(digest));
        }
    }

    static async Task CopyAsync(FileStream source, DebMember member, FileStream output, ExpansionLimit limit, CancellationToken cancellation)
    {
        var (name, ending) = Split(member.Name);
        var start = output.Position;
        // The length is known afterwards.
        output.Position = start + DebArchive.HeaderSize;
        var bounded = limit.Bound(output, member.Length, $"{member.Name} of the package {source.Name}");
        await Decompression.DecompressAsync(new FileRange(source.SafeFileHandle, member.Start, member.Length), ending, bounded, cancellation);
        var end = output.Position;
        var length = end - start - DebArchive.HeaderSize;
        if (length % 2 == 1)
            output.Write("\n"u8);
        end = output.Position;
        output.Position = start;
        output.Write(DebArchive.WriteHeader(name, length));
        output.Position = end;
    }

    static (string Name, string Ending) Split(string name)
    {
        foreach (var tar in new[] { "control.tar", "data.tar" })
            if (name.StartsWith(tar, StringComparison.Ordinal))
                return (tar, name[tar.Length..]);
        return (name, "");
    }
}
