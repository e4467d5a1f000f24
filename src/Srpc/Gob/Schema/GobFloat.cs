using System.Text.Json;

namespace ImageSdk.Srpc.Gob;

sealed class GobFloat : GobType<double>
{
    internal override int BuiltinId => WireTypes.FloatId;

    internal override bool Omits(double value) => value == 0;

    internal override void Write(GobWriter writer, double value) => writer.WriteFloat(value);

    internal override void WriteJson(Utf8JsonWriter json, double value) => json.WriteNumberValue(value);

    internal override double ReadJson(JsonElement json) => json.GetDouble();

    internal override GobPlan<double> Compile(GobPlans plans, int wireId)
    {
        plans.RequireBuiltin(wireId, WireTypes.FloatId);
        return new Plan();
    }

    sealed class Plan : GobPlan<double>
    {
        public override double Read(ref GobReader reader) => reader.ReadFloat();
    }
}
