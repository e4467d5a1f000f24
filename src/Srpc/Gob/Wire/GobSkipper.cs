namespace ImageSdk.Srpc.Gob;

/// <summary>Skips a value, by the stream's own definitions.</summary>
static class GobSkipper
{
    public static void Skip(ref GobReader reader, int id)
    {
        switch (id)
        {
            case WireTypes.BoolId or WireTypes.IntId or WireTypes.UIntId or WireTypes.FloatId:
                reader.ReadUInt();
                return;
            case WireTypes.BytesId or WireTypes.StringId:
                reader.ReadBytes();
                return;
            case WireTypes.ComplexId:
                reader.ReadUInt();
                reader.ReadUInt();
                return;
        }
        reader.Enter();
        if (id == WireTypes.InterfaceId)
            SkipInterface(ref reader);
        else
            SkipDefined(ref reader, reader.Input.Types.Get(id));
        reader.Leave();
    }

    static void SkipDefined(ref GobReader reader, WireType type)
    {
        switch (type)
        {
            case WireArray array:
                for (var left = reader.ReadCount(); left > 0; left--)
                    Skip(ref reader, array.Element);
                break;
            case WireSlice slice:
                for (var left = reader.ReadCount(); left > 0; left--)
                    Skip(ref reader, slice.Element);
                break;
            case WireMap map:
                for (var left = reader.ReadCount(); left > 0; left--)
                {
                    Skip(ref reader, map.Key);
                    Skip(ref reader, map.Element);
                }
                break;
            case WireStruct structure:
                for (var field = -1; GobStructFields.TryNext(ref reader, structure.Fields.Length, ref field);)
                    Skip(ref reader, structure.Fields[field].TypeId);
                break;
            default:
                reader.ReadBytes();
                break;
        }
    }

    // By structure and not by the length before the value, which a definition inside the value may split.
    static void SkipInterface(ref GobReader reader)
    {
        if (reader.ReadBytes().IsEmpty)
            return;
        var id = reader.ReadTypeId();
        reader.ReadUInt();
        reader.ReadSingleMark(id);
        Skip(ref reader, id);
    }
}
