using System.Collections.Immutable;

namespace ImageSdk.Srpc.Gob;

/// <summary>Reads values by the stream's own definitions.</summary>
static class GobValueReader
{
    public static GobValue Read(ref GobReader reader, int id)
    {
        switch (id)
        {
            case WireTypes.BoolId:
                return new GobValue.Bool(reader.ReadBool());
            case WireTypes.IntId:
                return new GobValue.Int(reader.ReadInt());
            case WireTypes.UIntId:
                return new GobValue.UInt(reader.ReadUInt());
            case WireTypes.FloatId:
                return new GobValue.Float(reader.ReadFloat());
            case WireTypes.ComplexId:
                return new GobValue.Complex(reader.ReadFloat(), reader.ReadFloat());
            case WireTypes.BytesId or WireTypes.StringId:
                return new GobValue.Bytes([.. reader.ReadBytes()], id == WireTypes.StringId);
        }
        reader.Enter();
        var value = id == WireTypes.InterfaceId ? ReadInterface(ref reader) : ReadDefined(ref reader, id);
        reader.Leave();
        return value;
    }

    static GobValue ReadDefined(ref GobReader reader, int id) => reader.Input.Types.Get(id) switch
    {
        WireArray array => ReadList(ref reader, id, array.Element),
        WireSlice slice => ReadList(ref reader, id, slice.Element),
        WireMap map => ReadMap(ref reader, id, map),
        WireStruct structure => ReadStruct(ref reader, structure),
        var type => new GobValue.Opaque(type.Name, [.. reader.ReadBytes()]),
    };

    static GobValue.List ReadList(ref GobReader reader, int id, int elementId)
    {
        var elements = ImmutableArray.CreateBuilder<GobValue>();
        for (var left = reader.ReadCount(id); left > 0; left--)
            elements.Add(Read(ref reader, elementId));
        return new(elements.ToImmutable());
    }

    static GobValue.Map ReadMap(ref GobReader reader, int id, WireMap map)
    {
        var entries = ImmutableArray.CreateBuilder<KeyValuePair<GobValue, GobValue>>();
        for (var left = reader.ReadCount(id); left > 0; left--)
            entries.Add(new(Read(ref reader, map.Key), Read(ref reader, map.Element)));
        return new(entries.ToImmutable());
    }

    static GobValue.Struct ReadStruct(ref GobReader reader, WireStruct type)
    {
        var fields = ImmutableArray.CreateBuilder<KeyValuePair<string, GobValue>>();
        for (var field = -1; GobStructFields.TryNext(ref reader, type.Fields.Length, ref field);)
            fields.Add(new(type.Fields[field].Name, Read(ref reader, type.Fields[field].TypeId)));
        return new(type.Name, fields.ToImmutable());
    }

    static GobValue.Interface ReadInterface(ref GobReader reader)
    {
        var name = GobText.Decode(reader.ReadBytes());
        if (name.Length == 0)
            return new("", 0, null);
        var id = reader.ReadTypeId();
        reader.ReadUInt();
        reader.ReadSingleMark(id);
        return new(name, id, Read(ref reader, id));
    }
}
