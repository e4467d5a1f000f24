using System.Buffers;
using System.Security.Cryptography;
using ImageSdk.Images;
using ImageSdk.Posix;

namespace ImageSdk.Storage;

/// <summary>Hashes files of any length. Their holes are not read; SHA-512 itself has no way past zeros.</summary>
static class SparseHash
{
    const int BufferSize = 1 << 17;

    /// <returns>The hash, and how many bytes the file has.</returns>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static (ObjectHash Hash, ulong Size) Of(FileStream file, CancellationToken cancellation = default)
    {
        var reader = new SparseReader(file.SafeFileHandle);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA512);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            var size = 0ul;
            for (int count; (count = reader.Read(buffer)) > 0; size += (ulong)count)
            {
                cancellation.ThrowIfCancellationRequested();
                hash.AppendData(buffer.AsSpan(0, count));
            }
            return (new ObjectHash(hash.GetCurrentHash()), size);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
