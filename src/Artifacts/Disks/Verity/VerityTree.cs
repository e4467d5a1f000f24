using System.Buffers.Binary;
using System.Security.Cryptography;

namespace ImageSdk.Artifacts.Disks.Verity;

/// <summary>
/// The hashes by which the kernel checks each block of a file system when it reads it (dm-verity, version 1, SHA-256), with the
/// superblock of veritysetup. Layout: the kernel's Documentation/admin-guide/device-mapper/verity.rst and cryptsetup's
/// on-disk format.
/// </summary>
static class VerityTree
{
    public const int BlockSize = 4096;

    const int HashesInBlock = BlockSize / SHA256.HashSizeInBytes;
    const int BlocksAtOnce = 256;

    /// <summary>Bytes of the superblock and the hashes of a file system.</summary>
    public static long SizeOf(long dataSize) => (1 + LevelSizes(dataSize / BlockSize).Sum()) * BlockSize;

    /// <param name="file">With the file system in it.</param>
    /// <param name="dataOffset">Where that begins, in bytes.</param>
    /// <param name="dataSize">Bytes, a multiple of <see cref="BlockSize"/>.</param>
    /// <param name="hashOffset">Where superblock and hashes go.</param>
    /// <returns>The hash that the whole file system follows from.</returns>
    public static byte[] Write(string file, long dataOffset, long dataSize, long hashOffset, byte[] salt, Guid identifier, CancellationToken cancellation)
    {
        using var handle = File.OpenHandle(file, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        RandomAccess.Write(handle, Superblock(dataSize / BlockSize, salt, identifier), hashOffset);
        var sizes = LevelSizes(dataSize / BlockSize).ToArray();
        // The level of one block comes first, that of the file system's own blocks last.
        var place = hashOffset + (1 + sizes.Sum()) * BlockSize;
        var level = HashData(handle, dataOffset, dataSize, sizes[0], salt, cancellation);
        for (var index = 0; ; index++)
        {
            RandomAccess.Write(handle, level, place -= level.Length);
            if (index + 1 == sizes.Length)
                break;
            level = Hash(level, new byte[sizes[index + 1] * BlockSize], salt);
        }
        return Hash(level, new byte[SHA256.HashSizeInBytes], salt);
    }

    static IEnumerable<long> LevelSizes(long blocks)
    {
        do
            yield return blocks = (blocks + HashesInBlock - 1) / HashesInBlock;
        while (blocks > 1);
    }

    static byte[] HashData(Microsoft.Win32.SafeHandles.SafeFileHandle handle, long offset, long size, long levelBlocks, byte[] salt, CancellationToken cancellation)
    {
        var level = new byte[levelBlocks * BlockSize];
        var pieces = (size + BlocksAtOnce * BlockSize - 1) / (BlocksAtOnce * BlockSize);
        Parallel.For(0, pieces, new ParallelOptions { CancellationToken = cancellation, MaxDegreeOfParallelism = Environment.ProcessorCount }, piece =>
        {
            var start = piece * BlocksAtOnce * BlockSize;
            var data = new byte[Math.Min(BlocksAtOnce * BlockSize, size - start)];
            for (int read = 0, count; read < data.Length; read += count)
                if ((count = RandomAccess.Read(handle, data.AsSpan(read), offset + start + read)) == 0)
                    throw new EndOfStreamException("The disk is shorter than its file system.");
            Hash(data, level.AsSpan((int)(start / HashesInBlock), data.Length / HashesInBlock), salt);
        });
        return level;
    }

    static byte[] Hash(byte[] blocks, byte[] target, byte[] salt)
    {
        Hash(blocks, target.AsSpan(), salt);
        return target;
    }

    static void Hash(ReadOnlySpan<byte> blocks, Span<byte> target, byte[] salt)
    {
        var input = new byte[salt.Length + BlockSize];
        salt.CopyTo(input, 0);
        for (var index = 0; index < blocks.Length / BlockSize; index++)
        {
            blocks.Slice(index * BlockSize, BlockSize).CopyTo(input.AsSpan(salt.Length));
            SHA256.HashData(input, target[(index * SHA256.HashSizeInBytes)..]);
        }
    }

    static byte[] Superblock(long blocks, byte[] salt, Guid identifier)
    {
        var bytes = new byte[BlockSize];
        "verity\0\0"u8.CopyTo(bytes);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), 1);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(12), 1);
        identifier.TryWriteBytes(bytes.AsSpan(16), bigEndian: true, out _);
        "sha256"u8.CopyTo(bytes.AsSpan(32));
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(64), BlockSize);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(68), BlockSize);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(72), blocks);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(80), (ushort)salt.Length);
        salt.CopyTo(bytes, 88);
        return bytes;
    }
}
