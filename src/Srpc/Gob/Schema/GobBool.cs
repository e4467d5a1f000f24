using System.Text.Json;

namespace ImageSdk.Srpc.Gob;

sealed class GobBool : GobType<bool>
{
    internal override int BuiltinId => WireTypes.BoolId;

    internal override bool Omits(bool value) => !value;

    internal override void Write(GobWriter writer, bool value) => writer.WriteBool(value);

    internal override void WriteJson(Utf8JsonWriter json, bool value) => json.WriteBooleanValue(value);

    internal override bool ReadJson(JsonElement json) => json.GetBoolean();

    internal override GobPlan<bool> Compile(GobPlans plans, int wireId)
    {
        plans.RequireBuiltin(wireId, WireTypes.BoolId);
        return Plan.Instance;
    }

    sealed class Plan : GobPlan<bool>
    {
        public static readonly Plan Instance = new();

        public override bool Read(ref GobReader reader) => reader.ReadBool();
    }
}
