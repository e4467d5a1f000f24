namespace ImageSdk.Srpc.Gob;

/// <summary>Reads the body of a type definition: a gob struct itself, of types that need no definition.</summary>
static class WireDefinitionReader
{
    public static WireType Read(ref GobReader reader)
    {
        var member = -1;
        if (!NextField(ref reader, ref member))
            throw new GobException("a type definition without content");
        if (member > (int)WireTypeKind.TextMarshaler)
            throw new GobException($"a type definition of unknown kind {member}");
        var type = ReadMember(ref reader, (WireTypeKind)member);
        if (reader.ReadByte() != 0)
            throw new GobException("a type definition of two kinds");
        return type;
    }

    static WireType ReadMember(ref GobReader reader, WireTypeKind kind)
    {
        var name = "";
        var (first, second) = (0L, 0L);
        WireField[] fields = [];
        for (var field = -1; NextField(ref reader, ref field);)
        {
            switch (field)
            {
                case 0:
                    name = ReadNameAndId(ref reader).Name;
                    break;
                case 1 when kind == WireTypeKind.Struct:
                    fields = ReadFields(ref reader);
                    break;
                case 1 when kind <= WireTypeKind.Map:
                    first = reader.ReadInt();
                    break;
                case 2 when kind is WireTypeKind.Array or WireTypeKind.Map:
                    second = reader.ReadInt();
                    break;
                default:
                    throw new GobException($"a type definition has an unknown field {field}");
            }
        }
        return kind switch
        {
            WireTypeKind.Array => new WireArray(name, ToInt(first), ToInt(second)),
            WireTypeKind.Slice => new WireSlice(name, ToInt(first)),
            WireTypeKind.Struct => new WireStruct(name, fields),
            WireTypeKind.Map => new WireMap(name, ToInt(first), ToInt(second)),
            _ => new WireOpaque(name, kind),
        };
    }

    static WireField[] ReadFields(ref GobReader reader)
    {
        // A field takes two bytes at least; the definition's size bounds the array.
        var count = reader.ReadUInt();
        if (count > (ulong)reader.Remaining)
            throw new GobException($"a struct definition of {count} fields in {reader.Remaining} bytes");
        var fields = new WireField[(int)count];
        foreach (ref var field in fields.AsSpan())
            field = ReadNameAndId(ref reader);
        return fields;
    }

    static WireField ReadNameAndId(ref GobReader reader)
    {
        var name = "";
        var id = 0L;
        for (var field = -1; NextField(ref reader, ref field);)
        {
            switch (field)
            {
                case 0:
                    name = GobText.Decode(reader.ReadBytes());
                    break;
                case 1:
                    id = reader.ReadInt();
                    break;
                default:
                    throw new GobException($"a type definition has an unknown field {field}");
            }
        }
        return new(name, ToInt(id));
    }

    static bool NextField(ref GobReader reader, ref int field)
    {
        var delta = reader.ReadUInt();
        if (delta > 16)
            throw new GobException("a type definition has an unknown field");
        field += (int)delta;
        return delta != 0;
    }

    static int ToInt(long value) =>
        value is >= 0 and <= int.MaxValue ? (int)value : throw new GobException($"a type definition has the number {value}");
}
