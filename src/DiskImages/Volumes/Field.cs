using System.Buffers.Binary;

namespace ImageSdk.DiskImages.Volumes;

/// <summary>Numbers in structures of a disk, which may be damaged: what lies beyond a structure's end is an error, never a read elsewhere.</summary>
static class Field
{
    public static ushort Big16(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt16BigEndian(Slice(bytes, offset, sizeof(ushort)));

    public static uint Big32(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt32BigEndian(Slice(bytes, offset, sizeof(uint)));

    public static ulong Big64(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt64BigEndian(Slice(bytes, offset, sizeof(ulong)));

    public static byte Byte(ReadOnlySpan<byte> bytes, int offset) => Slice(bytes, offset, 1)[0];

    public static ushort Little16(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt16LittleEndian(Slice(bytes, offset, sizeof(ushort)));

    public static uint Little32(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(Slice(bytes, offset, sizeof(uint)));

    public static ulong Little64(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt64LittleEndian(Slice(bytes, offset, sizeof(ulong)));

    /// <exception cref="DiskImageException">It reaches beyond the structure's end.</exception>
    public static ReadOnlySpan<byte> Slice(ReadOnlySpan<byte> bytes, long offset, long length) =>
        offset >= 0 && length >= 0 && offset <= bytes.Length - length
            ? bytes.Slice((int)offset, (int)length)
            : throw Damaged($"a structure of {bytes.Length} bytes has no {length} bytes at {offset}");

    /// <summary>Whether a name can stand in a directory.</summary>
    public static bool IsName(ReadOnlySpan<byte> name) => name is not ([] or [(byte)'.'] or [(byte)'.', (byte)'.']) && !name.ContainsAny((byte)'/', (byte)0);

    public static DiskImageException Damaged(string what) => new($"its file system is damaged: {what}");
}
