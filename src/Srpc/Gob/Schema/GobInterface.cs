using System.Collections;
using System.Text;
using System.Text.Json;

namespace ImageSdk.Srpc.Gob;

/// <summary>
/// A Go interface: each value brings its registered name and its type. List the implementations in a collection
/// initializer. Null is a nil interface.
/// </summary>
public sealed class GobInterface<T> : GobType<T?>, IEnumerable<string> where T : class
{
    readonly List<Implementation> implementations = [];
    readonly Dictionary<Type, Implementation> byType = [];

    /// <param name="name">The registered name: exact, with star and package.</param>
    /// <param name="type">How values of exactly this class travel.</param>
    public void Add<TImplementation>(string name, GobType<TImplementation> type) where TImplementation : class, T
    {
        var implementation = new Implementation<TImplementation>(name, type);
        byType.Add(typeof(TImplementation), implementation);
        implementations.Add(implementation);
    }

    internal override int BuiltinId => WireTypes.InterfaceId;

    internal override IEnumerable<GobType> Implementations => implementations.Select(implementation => implementation.Type);

    internal override bool Omits(T? value) => value is null;

    internal override void Write(GobWriter writer, T? value)
    {
        if (value is null)
            writer.WriteByte(0);
        else if (byType.TryGetValue(value.GetType(), out var implementation))
            implementation.Write(writer, value);
        else
            throw new GobException($"{value.GetType().Name} is not registered for the interface");
    }

    internal override void WriteJson(Utf8JsonWriter json, T? value)
    {
        if (value is null)
            json.WriteNullValue();
        else if (byType.TryGetValue(value.GetType(), out var implementation))
            implementation.WriteJson(json, value);
        else
            throw new GobException($"{value.GetType().Name} is not registered for the interface");
    }

    internal override T? ReadJson(JsonElement json) => throw new GobException("JSON does not tell the type of an interface value");

    internal override GobPlan<T?> Compile(GobPlans plans, int wireId)
    {
        plans.RequireBuiltin(wireId, WireTypes.InterfaceId);
        return new Plan(implementations);
    }

    /// <summary>The registered names.</summary>
    public IEnumerator<string> GetEnumerator() => implementations.Select(implementation => implementation.Name).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    abstract class Implementation(string name)
    {
        readonly byte[] bytes = Encoding.UTF8.GetBytes(name);

        public string Name => name;

        public ReadOnlySpan<byte> NameBytes => bytes;

        public abstract GobType Type { get; }

        public abstract void Write(GobWriter writer, T value);

        public abstract void WriteJson(Utf8JsonWriter json, T value);

        public abstract T Read(ref GobReader reader, int typeId);
    }

    sealed class Implementation<TImplementation>(string name, GobType<TImplementation> type) : Implementation(name)
        where TImplementation : class, T
    {
        public override GobType Type => type;

        public override void Write(GobWriter writer, T value)
        {
            writer.WriteBytes(NameBytes);
            writer.WriteInt(writer.Ids.Of(type));
            var mark = writer.Mark();
            if (!type.OnWire.IsStruct)
                writer.WriteByte(0);
            type.Write(writer, (TImplementation)value);
            writer.InsertLength(mark);
        }

        public override void WriteJson(Utf8JsonWriter json, T value) => type.WriteJson(json, (TImplementation)value);

        public override T Read(ref GobReader reader, int typeId) => reader.Input.Plans.Get(type, typeId).Read(ref reader);
    }

    sealed class Plan(List<Implementation> implementations) : GobPlan<T?>
    {
        public override T? Read(ref GobReader reader)
        {
            var name = reader.ReadBytes();
            if (name.IsEmpty)
                return null;
            var implementation = Find(name);
            var typeId = reader.ReadTypeId();
            // The length of the value is for those who skip it; with a definition inside the value it is not even right.
            reader.ReadUInt();
            reader.ReadSingleMark(typeId);
            reader.Enter();
            var value = implementation.Read(ref reader, typeId);
            reader.Leave();
            return value;
        }

        Implementation Find(ReadOnlySpan<byte> name)
        {
            foreach (var implementation in implementations)
            {
                if (implementation.NameBytes.SequenceEqual(name))
                    return implementation;
            }
            throw new GobException($"name not registered for interface: \"{GobText.Decode(name)}\"");
        }
    }
}
