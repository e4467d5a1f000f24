using System.Text.Json;

namespace ImageSdk.Srpc.Gob;

/// <summary>A pointer, which travels as its target or not at all.</summary>
sealed class GobPointer<T>(GobType<T> target) : GobType<T?> where T : class
{
    internal override GobType OnWire => target.OnWire;

    internal override bool Omits(T? value) => value is null || target.Omits(value);

    internal override void Write(GobWriter writer, T? value) =>
        target.Write(writer, value ?? throw new GobException("a nil pointer where gob needs a value"));

    internal override void WriteJson(Utf8JsonWriter json, T? value)
    {
        if (value is null)
            json.WriteNullValue();
        else
            target.WriteJson(json, value);
    }

    internal override T? ReadJson(JsonElement json) => target.ReadJson(json);

    internal override GobPlan<T?> Compile(GobPlans plans, int wireId) => plans.Get(target, wireId)!;
}
