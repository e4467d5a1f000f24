using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace ImageSdk.Srpc.Gob;

/// <summary>
/// Reads what a value is made of. A value may go on in a further message after a type definition inside it, so the
/// message under the reader may change while a value is read.
/// </summary>
ref struct GobReader(GobInput input, ReadOnlySpan<byte> message)
{
    readonly GobInput input = input;
    ReadOnlySpan<byte> message = message;
    int position;
    int depth;

    public readonly GobInput Input => input;

    public readonly int Position => position;

    /// <summary>Bytes left of the current message.</summary>
    public readonly int Remaining => message.Length - position;

    public byte ReadByte()
    {
        if (position >= message.Length)
            ThrowCut();
        return message[position++];
    }

    public ulong ReadUInt()
    {
        var first = ReadByte();
        return first < 0x80 ? first : ReadLongUInt(first);
    }

    public long ReadInt()
    {
        var value = ReadUInt();
        var magnitude = (long)(value >> 1);
        return (value & 1) == 0 ? magnitude : ~magnitude;
    }

    public bool ReadBool() => ReadUInt() switch
    {
        0 => false,
        1 => true,
        var other => throw new GobException($"a bool is {other}"),
    };

    public double ReadFloat() => BitConverter.UInt64BitsToDouble(BinaryPrimitives.ReverseEndianness(ReadUInt()));

    /// <summary>A length and as many bytes. Valid until the next read.</summary>
    public ReadOnlySpan<byte> ReadBytes()
    {
        var length = ReadUInt();
        if (length > (ulong)Remaining)
            ThrowCut();
        var bytes = message.Slice(position, (int)length);
        position += (int)length;
        return bytes;
    }

    /// <summary>Single unsigned integers that are bytes, as an array of them is sent.</summary>
    // Hashes are most of an image, and a tool that reads one image would be done before the platform optimises this.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void ReadIntegersAsBytes(scoped Span<byte> destination)
    {
        foreach (ref var element in destination)
        {
            // How a byte from 0x80 on is sent.
            if (Remaining >= 2 && message[position] == 0xff)
            {
                element = message[position + 1];
                position += 2;
                continue;
            }
            var value = ReadUInt();
            if (value > byte.MaxValue)
                throw new GobException($"{value} is out of range for a byte");
            element = (byte)value;
        }
    }

    /// <summary>The number of elements of a list or map; each takes at least one byte.</summary>
    public int ReadCount()
    {
        var count = ReadUInt();
        // Interface values may bring definitions and then go on in further messages, up to the limit for a value.
        var most = input.Types.MentionInterface ? input.Limits.MaxValueBytes : Remaining;
        if (count > (ulong)most)
            throw new GobException($"a list or map of {count} elements in {Remaining} bytes");
        return (int)count;
    }

    /// <summary>
    /// The id of the type of the value that follows; takes in the definitions before it. Go ends the message behind
    /// every definition, also inside a value, and starts the next with its length.
    /// </summary>
    public int ReadTypeId(bool atTop = false)
    {
        while (true)
        {
            var id = ReadInt();
            if (id is < -int.MaxValue or > int.MaxValue)
                throw new GobException($"type id {id}");
            if (id >= 0)
                return (int)id;
            Define((int)-id);
            if (Remaining == 0)
                message = input.NextMessage(out position);
            else if (atTop)
                throw new GobException($"{Remaining} bytes follow a type definition in its message");
            else
                ReadUInt();
        }
    }

    /// <summary>Every value that is not a struct has a zero before it where it stands alone.</summary>
    public void ReadSingleMark(int typeId)
    {
        if (!input.Types.IsStruct(typeId) && ReadByte() != 0)
            throw new GobException("a single value lacks the zero before it");
    }

    public void Enter()
    {
        if (++depth > input.Limits.MaxDepth)
            throw new GobException($"values are nested more than {input.Limits.MaxDepth} deep");
    }

    public void Leave() => depth--;

    public readonly void ExpectEnd()
    {
        if (Remaining != 0)
            throw new GobException($"{Remaining} bytes follow the value in its message");
    }

    void Define(int id)
    {
        var window = message.Slice(position, Math.Min(Remaining, input.Limits.MaxDefinitionBytes));
        var definition = new GobReader(input, window);
        try
        {
            input.Types.Define(id, WireDefinitionReader.Read(ref definition));
        }
        catch (GobException problem) when (window.Length < Remaining)
        {
            throw new GobException(
                $"a type definition is damaged or has more than {input.Limits.MaxDefinitionBytes} bytes: {problem.Message}", problem);
        }
        position += definition.Position;
    }

    ulong ReadLongUInt(byte first)
    {
        var length = 256 - first;
        if (length > sizeof(ulong))
            throw new GobException($"byte 0x{first:x2} starts no integer");
        if (length > Remaining)
            ThrowCut();
        var value = 0UL;
        foreach (var digit in message.Slice(position, length))
            value = value << 8 | digit;
        position += length;
        return value;
    }

    [DoesNotReturn]
    static void ThrowCut() => throw new GobException("a message ends inside a value");
}
