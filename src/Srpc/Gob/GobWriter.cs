using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace ImageSdk.Srpc.Gob;

/// <summary>Collects one message, with room before it for its length.</summary>
sealed class GobWriter(GobTypeIds ids)
{
    const int MaxUIntSize = 1 + sizeof(ulong);

    byte[] buffer = new byte[512];
    int length = MaxUIntSize;

    public GobTypeIds Ids => ids;

    public void Clear() => length = MaxUIntSize;

    /// <summary>The message with its length before it; valid until the next write.</summary>
    public ReadOnlyMemory<byte> Message()
    {
        Span<byte> prefix = stackalloc byte[MaxUIntSize];
        var size = FormatUInt(prefix, (ulong)(length - MaxUIntSize));
        prefix[..size].CopyTo(buffer.AsSpan(MaxUIntSize - size));
        return buffer.AsMemory(MaxUIntSize - size, size + length - MaxUIntSize);
    }

    public void WriteByte(byte value)
    {
        if (length == buffer.Length)
            Grow(1);
        buffer[length++] = value;
    }

    public void WriteUInt(ulong value)
    {
        if (value < 0x80)
            WriteByte((byte)value);
        else
            length += FormatUInt(Reserve(MaxUIntSize), value);
    }

    public void WriteInt(long value) => WriteUInt((ulong)(value << 1 ^ value >> 63));

    public void WriteBool(bool value) => WriteByte(value ? (byte)1 : (byte)0);

    public void WriteFloat(double value) =>
        WriteUInt(BinaryPrimitives.ReverseEndianness(BitConverter.DoubleToUInt64Bits(value)));

    /// <summary>A length and the bytes.</summary>
    public void WriteBytes(ReadOnlySpan<byte> bytes)
    {
        WriteUInt((ulong)bytes.Length);
        bytes.CopyTo(Reserve(bytes.Length));
        length += bytes.Length;
    }

    /// <summary>Bytes as single unsigned integers, as an array of them is sent.</summary>
    // Hashes are most of an image, and a tool that writes one image would be done before the platform optimises this.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void WriteBytesAsIntegers(ReadOnlySpan<byte> bytes)
    {
        var destination = Reserve(checked(2 * bytes.Length));
        var written = 0;
        foreach (var value in bytes)
        {
            // A byte from 0x80 on has 0xff before it. No branch: which of the two it is cannot be foretold in a hash.
            destination[written] = 0xff;
            written += value >> 7;
            destination[written++] = value;
        }
        length += written;
    }

    /// <summary>Free space of at least this size behind what is written; <see cref="Advance"/> takes it.</summary>
    public Span<byte> Reserve(int size)
    {
        if (buffer.Length - length < size)
            Grow(size);
        return buffer.AsSpan(length);
    }

    public void Advance(int size) => length += size;

    public int Mark() => length;

    /// <summary>Puts the number of bytes written since the mark before them.</summary>
    public void InsertLength(int mark)
    {
        var size = length - mark;
        Span<byte> prefix = stackalloc byte[MaxUIntSize];
        var prefixSize = FormatUInt(prefix, (ulong)size);
        Reserve(prefixSize);
        buffer.AsSpan(mark, size).CopyTo(buffer.AsSpan(mark + prefixSize));
        prefix[..prefixSize].CopyTo(buffer.AsSpan(mark));
        length += prefixSize;
    }

    static int FormatUInt(Span<byte> destination, ulong value)
    {
        if (value < 0x80)
        {
            destination[0] = (byte)value;
            return 1;
        }
        var size = sizeof(ulong) - BitOperations.LeadingZeroCount(value) / 8;
        destination[0] = (byte)(256 - size);
        BinaryPrimitives.WriteUInt64BigEndian(destination[1..], value << 8 * (sizeof(ulong) - size));
        return 1 + size;
    }

    void Grow(int size)
    {
        var needed = (long)length + size;
        if (needed > Array.MaxLength)
            throw new GobException("a message of more than 2 GiB");
        Array.Resize(ref buffer, (int)Math.Min(Array.MaxLength, Math.Max(needed, 2L * buffer.Length)));
    }
}
