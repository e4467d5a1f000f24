using System.Security.Cryptography;
using ImageSdk.Contracts.Inspection;
using ImageSdk.Layers;
using ImageSdk.Posix;

namespace ImageSdk.Attestations;

/// <summary>Digests of files beside the SHA-512 that an image has of them.</summary>
static class FileDigester
{
    public static FileDigests Digest(FileStream content, CancellationToken cancellation)
    {
        using var sha1 = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
        using var sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[1 << 17];
        var reader = new SparseReader(content.SafeFileHandle);
        while (reader.Read(buffer) is > 0 and var length)
        {
            cancellation.ThrowIfCancellationRequested();
            sha1.AppendData(buffer, 0, length);
            sha256.AppendData(buffer, 0, length);
        }
        return new(Convert.ToHexStringLower(sha1.GetHashAndReset()), Convert.ToHexStringLower(sha256.GetHashAndReset()));
    }

    /// <summary>Reads a small file where it lies in its layer; null where that is for root only, or long work for who waits.</summary>
    public static FileDigests? TryDigest(AddedFile file, LayerStore layers)
    {
        const ulong smallFile = 1 << 20;
        if (file.Inode.Size > smallFile)
            return null;
        try
        {
            using var tree = DirectoryHandle.Open(Path.Combine(layers.LayerDirectory(file.Layer), "t"));
            using var opened = tree.OpenBeneath(file.Path.Span);
            var content = new byte[file.Inode.Size];
            return opened.Read(content) == content.Length
                ? new(Convert.ToHexStringLower(SHA1.HashData(content)), Convert.ToHexStringLower(SHA256.HashData(content)))
                : null;
        }
        catch (PosixException)
        {
            return null;
        }
    }
}
