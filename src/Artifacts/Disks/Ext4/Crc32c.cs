using System.Buffers.Binary;
using System.Numerics;

namespace ImageSdk.Artifacts.Disks.Ext4;

/// <summary>The checksum of ext4's metadata: CRC-32C without the inversion at the end, so that pieces can be chained.</summary>
static class Crc32c
{
    public const uint Start = ~0u;

    public static uint Append(uint checksum, ReadOnlySpan<byte> bytes)
    {
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
            checksum = BitOperations.Crc32C(checksum, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (var single in bytes)
            checksum = BitOperations.Crc32C(checksum, single);
        return checksum;
    }

    public static uint Append(uint checksum, uint number) => BitOperations.Crc32C(checksum, number);

    public static uint Append(uint checksum, ulong number) => BitOperations.Crc32C(checksum, number);
}
