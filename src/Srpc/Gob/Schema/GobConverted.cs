using System.Text.Json;

namespace ImageSdk.Srpc.Gob;

/// <summary>Another type's values in other clothes; the wire does not know.</summary>
sealed class GobConverted<TInner, T>(GobType<TInner> inner, Func<TInner, T> read, Func<T, TInner> write) : GobType<T>
{
    internal override GobType OnWire => inner.OnWire;

    internal override bool Omits(T value) => inner.Omits(write(value));

    internal override void Write(GobWriter writer, T value) => inner.Write(writer, write(value));

    internal override void WriteJson(Utf8JsonWriter json, T value) => inner.WriteJson(json, write(value));

    internal override T ReadJson(JsonElement json) => read(inner.ReadJson(json));

    internal override GobPlan<T> Compile(GobPlans plans, int wireId) => new Plan(plans.Get(inner, wireId), read);

    sealed class Plan(GobPlan<TInner> inner, Func<TInner, T> read) : GobPlan<T>
    {
        public override T Read(ref GobReader reader) => read(inner.Read(ref reader));
    }
}
