using System.Text.Json;

namespace ImageSdk.Srpc.Gob;

/// <summary>Go's time.Time, which encodes itself.</summary>
sealed class GobTimeType : GobType<GobTime>
{
    internal override bool Omits(GobTime value) => value.IsZero;

    internal override void WriteDefinition(WireDefinitionWriter definition) =>
        definition.Opaque("Time", WireTypeKind.GobEncoder);

    internal override void Write(GobWriter writer, GobTime value)
    {
        Span<byte> bytes = stackalloc byte[GobTime.MaxSize];
        writer.WriteBytes(bytes[..value.Format(bytes)]);
    }

    internal override void WriteJson(Utf8JsonWriter json, GobTime value) => json.WriteStringValue(GobTimeText.Format(value));

    internal override GobTime ReadJson(JsonElement json) => GobTimeText.Parse(json.GetString() ?? "");

    internal override GobPlan<GobTime> Compile(GobPlans plans, int wireId)
    {
        plans.Require<WireOpaque>(wireId, "encoded Time");
        return new Plan();
    }

    sealed class Plan : GobPlan<GobTime>
    {
        public override GobTime Read(ref GobReader reader) => GobTime.Parse(reader.ReadBytes());
    }
}
