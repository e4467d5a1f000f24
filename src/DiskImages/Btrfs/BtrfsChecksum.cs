using System.Buffers.Binary;
using System.Security.Cryptography;
using ImageSdk.DiskImages.Volumes;

namespace ImageSdk.DiskImages.Btrfs;

/// <summary>The checksums of a file system, all of one kind.</summary>
/// <param name="Length">Bytes of one.</param>
/// <param name="Compute">Null for a kind that is not compared here: neither the framework nor a library in use has it.</param>
sealed record BtrfsChecksum(string Name, int Length, Func<ReadOnlySpan<byte>, byte[]>? Compute)
{
    static readonly BtrfsChecksum[] kinds =
    [
        new("crc32c", sizeof(uint), OfCrc), new("xxhash64", sizeof(ulong), null), new("sha256", SHA256.HashSizeInBytes, static bytes => SHA256.HashData(bytes)), new("blake2b", 32, null),
    ];

    /// <exception cref="DiskImageException">It is not known.</exception>
    public static BtrfsChecksum Of(int kind) => kinds.ElementAtOrDefault(kind) ?? throw new DiskImageException($"its file system has checksums of a kind that is not known here ({kind})");

    public bool Matches(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> expected) => Compute is null || expected[..Length].SequenceEqual(Compute(bytes));

    static byte[] OfCrc(ReadOnlySpan<byte> bytes)
    {
        var checksum = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(checksum, Crc32C.Of(bytes));
        return checksum;
    }
}
