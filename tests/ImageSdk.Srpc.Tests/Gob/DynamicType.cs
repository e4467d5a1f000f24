using ImageSdk.Srpc.Gob;

namespace ImageSdk.Srpc.Tests.Gob;

/// <summary>
/// A schema made from a stream's own definitions, to write back what was read. Leaves out by the rules of its kind, not
/// by what was left out in the stream.
/// </summary>
sealed class DynamicType : GobType<GobValue?>
{
    readonly DynamicTypes owner;
    readonly int id;
    readonly WireType? wire;

    public DynamicType(DynamicTypes owner, int id)
    {
        this.owner = owner;
        this.id = id;
        wire = owner.Wire.Find(id);
    }

    internal override int BuiltinId => wire is null ? id : 0;

    internal override bool IsStruct => wire is WireStruct;

    internal override IEnumerable<GobType> Members => wire switch
    {
        WireArray array => [owner[array.Element]],
        WireSlice slice => [owner[slice.Element]],
        WireMap map => [owner[map.Key], owner[map.Element]],
        WireStruct structure => structure.Fields.Select(member => owner[member.TypeId]),
        _ => [],
    };

    internal override IEnumerable<GobType> Implementations =>
        id == WireTypes.InterfaceId ? owner.InterfaceTypes.Select(type => owner[type]) : [];

    internal override bool Omits(GobValue? value) => value switch
    {
        null => true,
        GobValue.Bool(var flag) => !flag,
        GobValue.Int(var number) => number == 0,
        GobValue.UInt(var number) => number == 0,
        GobValue.Float(var number) => number == 0,
        GobValue.Complex(var real, var imaginary) => real == 0 && imaginary == 0,
        GobValue.Bytes(var bytes, _) => bytes.IsEmpty,
        GobValue.List(var elements) => wire is WireSlice && elements.IsEmpty,
        GobValue.Opaque time => time.ToTime().IsZero,
        _ => false,
    };

    internal override void WriteDefinition(WireDefinitionWriter definition)
    {
        switch (wire)
        {
            case WireArray array:
                definition.Array(array.Name, owner[array.Element], array.Length);
                break;
            case WireSlice slice:
                definition.Slice(slice.Name, owner[slice.Element]);
                break;
            case WireMap map:
                definition.Map(map.Name, owner[map.Key], owner[map.Element]);
                break;
            case WireStruct structure:
                definition.Struct(structure.Name, [.. structure.Fields.Select(field => (field.Name, (GobType)owner[field.TypeId]))]);
                break;
            case WireOpaque opaque:
                definition.Opaque(opaque.Name, opaque.Form);
                break;
        }
    }

    internal override void Write(GobWriter writer, GobValue? value)
    {
        switch (value)
        {
            case GobValue.Bool(var flag):
                writer.WriteBool(flag);
                break;
            case GobValue.Int(var number):
                writer.WriteInt(number);
                break;
            case GobValue.UInt(var number):
                writer.WriteUInt(number);
                break;
            case GobValue.Float(var number):
                writer.WriteFloat(number);
                break;
            case GobValue.Complex(var real, var imaginary):
                writer.WriteFloat(real);
                writer.WriteFloat(imaginary);
                break;
            case GobValue.Bytes(var bytes, _):
                writer.WriteBytes(bytes.AsSpan());
                break;
            case GobValue.Opaque(_, var bytes):
                writer.WriteBytes(bytes.AsSpan());
                break;
            case GobValue.List(var elements):
                var element = (DynamicType)Members.Single();
                writer.WriteUInt((ulong)elements.Length);
                foreach (var item in elements)
                    element.Write(writer, item);
                break;
            case GobValue.Map(var entries):
                writer.WriteUInt((ulong)entries.Length);
                foreach (var entry in entries)
                {
                    owner[((WireMap)wire!).Key].Write(writer, entry.Key);
                    owner[((WireMap)wire!).Element].Write(writer, entry.Value);
                }
                break;
            case GobValue.Struct structure:
                WriteStruct(writer, structure);
                break;
            case GobValue.Interface { Value: null }:
                writer.WriteByte(0);
                break;
            case GobValue.Interface(var name, var typeId, var content):
                GobText.Encode(writer, name);
                writer.WriteInt(writer.Ids.Of(owner[typeId]));
                var mark = writer.Mark();
                if (!owner[typeId].IsStruct)
                    writer.WriteByte(0);
                owner[typeId].Write(writer, content);
                writer.InsertLength(mark);
                break;
        }
    }

    void WriteStruct(GobWriter writer, GobValue.Struct structure)
    {
        var fields = ((WireStruct)wire!).Fields;
        var previous = -1;
        for (var number = 0; number < fields.Length; number++)
        {
            var (type, value) = (owner[fields[number].TypeId], structure[fields[number].Name]);
            if (type.Omits(value))
                continue;
            writer.WriteUInt((ulong)(number - previous));
            type.Write(writer, value);
            previous = number;
        }
        writer.WriteByte(0);
    }

    internal override GobPlan<GobValue?> Compile(GobPlans plans, int wireId) => throw new NotSupportedException();
}

/// <summary>The types of a stream as schemas, each one object.</summary>
sealed class DynamicTypes(WireTypes wire, IReadOnlyCollection<int> interfaceTypes)
{
    readonly Dictionary<int, DynamicType> types = [];

    public WireTypes Wire => wire;

    /// <summary>Ids of the types found in interface values.</summary>
    public IReadOnlyCollection<int> InterfaceTypes => interfaceTypes;

    public DynamicType this[int id] => types.TryGetValue(id, out var type) ? type : types[id] = new DynamicType(this, id);

    /// <summary>Writes values back with the ids they had.</summary>
    public static byte[] Encode(IReadOnlyList<(GobValue Value, int TypeId)> values, WireTypes wire)
    {
        var found = new List<int>();
        foreach (var (value, _) in values)
            FindInterfaceTypes(value, found);
        var types = new DynamicTypes(wire, found);
        var ids = new GobTypeIds(WireTypes.FirstUserId);
        foreach (var id in wire.All.Keys)
            ids.Assign(types[id], id);
        var stream = new MemoryStream();
        var encoder = new GobEncoder(stream, ids);
        foreach (var (value, id) in values)
            encoder.Write(types[id], value);
        return stream.ToArray();
    }

    static void FindInterfaceTypes(GobValue value, List<int> found)
    {
        IEnumerable<GobValue> parts = value switch
        {
            GobValue.List list => list.Elements,
            GobValue.Map map => map.Entries.SelectMany(entry => new[] { entry.Key, entry.Value }),
            GobValue.Struct structure => structure.Fields.Select(field => field.Value),
            GobValue.Interface { Value: { } content } => [content],
            _ => [],
        };
        if (value is GobValue.Interface { Value: not null } known && !found.Contains(known.TypeId))
            found.Add(known.TypeId);
        foreach (var part in parts)
            FindInterfaceTypes(part, found);
    }
}
