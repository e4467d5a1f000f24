using System.Text.Json;

namespace ImageSdk.Srpc.Gob;

/// <summary>A fixed array of bytes, such as a hash. Each byte travels as an integer; zeros are never left out.</summary>
sealed class GobByteArray<T>(string name, int length, GobBytesReader<T> read, GobBytesWriter<T> write) : GobType<T>
{
    internal override IEnumerable<GobType> Members => [GobTypes.U8];

    internal override bool Omits(T value) => false;

    internal override void WriteDefinition(WireDefinitionWriter definition) =>
        definition.Array(name, GobTypes.U8, length);

    internal override void Write(GobWriter writer, T value)
    {
        var bytes = write(value);
        if (bytes.Length != length)
            throw new GobException($"array {name} of {length} bytes has {bytes.Length}");
        writer.WriteUInt((ulong)length);
        writer.WriteBytesAsIntegers(bytes);
    }

    // Hashes, the only ones, are text in JSON.
    internal override void WriteJson(Utf8JsonWriter json, T value) => json.WriteStringValue(System.Convert.ToHexStringLower(write(value)));

    internal override T ReadJson(JsonElement json)
    {
        var bytes = System.Convert.FromHexString(json.GetString() ?? "");
        return bytes.Length == length ? read(bytes) : throw new GobException($"array {name} of {length} bytes has {bytes.Length}");
    }

    internal override GobPlan<T> Compile(GobPlans plans, int wireId)
    {
        var array = plans.Require<WireArray>(wireId, $"array {name}");
        if (array.Length != length)
            throw new GobException($"type mismatch: array {name} has {length} elements, not {array.Length}");
        plans.RequireBuiltin(array.Element, WireTypes.UIntId);
        return new Plan(length, read);
    }

    sealed class Plan(int length, GobBytesReader<T> read) : GobPlan<T>
    {
        public override T Read(ref GobReader reader)
        {
            if (reader.ReadUInt() != (ulong)length)
                throw new GobException($"an array of {length} elements has another number of them");
            Span<byte> bytes = length <= 256 ? stackalloc byte[length] : new byte[length];
            reader.ReadIntegersAsBytes(bytes);
            return read(bytes);
        }
    }
}
