using System.Text.Json;

namespace ImageSdk.Srpc.Gob;

/// <summary>A pointer to a value that cannot be null itself.</summary>
/// <param name="sendZero">Send also what the target's type would leave out.</param>
sealed class GobValuePointer<T>(GobType<T> target, bool sendZero) : GobType<T?> where T : struct
{
    internal override GobType OnWire => target.OnWire;

    internal override bool Omits(T? value) => value is not { } present || !sendZero && target.Omits(present);

    internal override void Write(GobWriter writer, T? value) =>
        target.Write(writer, value ?? throw new GobException("a nil pointer where gob needs a value"));

    internal override void WriteJson(Utf8JsonWriter json, T? value)
    {
        if (value is { } present)
            target.WriteJson(json, present);
        else
            json.WriteNullValue();
    }

    internal override T? ReadJson(JsonElement json) => target.ReadJson(json);

    internal override GobPlan<T?> Compile(GobPlans plans, int wireId) => new Plan(plans.Get(target, wireId));

    sealed class Plan(GobPlan<T> target) : GobPlan<T?>
    {
        public override T? Read(ref GobReader reader) => target.Read(ref reader);
    }
}
