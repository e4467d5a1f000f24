namespace ImageSdk.Srpc.Gob;

sealed class GobBool : GobType<bool>
{
    internal override int BuiltinId => WireTypes.BoolId;

    internal override bool Omits(bool value) => !value;

    internal override void Write(GobWriter writer, bool value) => writer.WriteBool(value);

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
