using System.Text;
using System.Text.Json;

namespace ImageSdk.Srpc.Gob;

/// <summary>A string or a byte slice that is something of its own here.</summary>
sealed class GobByteSequence<T>(int builtinId, GobBytesReader<T> read, GobBytesWriter<T> write) : GobType<T>
{
    internal override int BuiltinId => builtinId;

    internal override bool Omits(T value) => value is null || write(value).IsEmpty;

    internal override void Write(GobWriter writer, T value) => writer.WriteBytes(value is null ? default : write(value));

    internal override void WriteJson(Utf8JsonWriter json, T value)
    {
        var bytes = value is null ? default : write(value);
        if (builtinId == WireTypes.StringId)
            json.WriteStringValue(Encoding.UTF8.GetString(bytes));
        else if (bytes.IsEmpty)
            json.WriteNullValue();
        else
            json.WriteBase64StringValue(bytes);
    }

    internal override T ReadJson(JsonElement json) =>
        read(builtinId == WireTypes.StringId ? Encoding.UTF8.GetBytes(json.GetString() ?? "") : json.GetBytesFromBase64());

    internal override GobPlan<T> Compile(GobPlans plans, int wireId)
    {
        plans.RequireBuiltin(wireId, builtinId);
        return new Plan(read);
    }

    sealed class Plan(GobBytesReader<T> read) : GobPlan<T>
    {
        public override T Read(ref GobReader reader) => read(reader.ReadBytes());
    }
}
