using System.Buffers.Binary;
using System.Numerics;

namespace ImageSdk.DiskImages.Volumes;

/// <summary>CRC-32C (RFC 3720, Castagnoli), the checksum of xfs and btrfs.</summary>
static class Crc32C
{
    public static uint Of(ReadOnlySpan<byte> bytes) => ~Add(uint.MaxValue, bytes);

    /// <summary>The checksum of a structure that holds it itself, for which the four bytes there count as zeros.</summary>
    public static uint OfStructure(ReadOnlySpan<byte> bytes, int place) =>
        ~Add(Add(Add(uint.MaxValue, bytes[..place]), stackalloc byte[sizeof(uint)]), bytes[(place + sizeof(uint))..]);

    static uint Add(uint checksum, ReadOnlySpan<byte> bytes)
    {
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
            checksum = BitOperations.Crc32C(checksum, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (var value in bytes)
            checksum = BitOperations.Crc32C(checksum, value);
        return checksum;
    }
}
