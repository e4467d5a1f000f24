using System.Numerics;

namespace ImageSdk.Srpc.Gob;

sealed class GobComplex : GobType<Complex>
{
    internal override int BuiltinId => WireTypes.ComplexId;

    internal override bool Omits(Complex value) => value == Complex.Zero;

    internal override void Write(GobWriter writer, Complex value)
    {
        writer.WriteFloat(value.Real);
        writer.WriteFloat(value.Imaginary);
    }

    internal override GobPlan<Complex> Compile(GobPlans plans, int wireId)
    {
        plans.RequireBuiltin(wireId, WireTypes.ComplexId);
        return new Plan();
    }

    sealed class Plan : GobPlan<Complex>
    {
        public override Complex Read(ref GobReader reader) => new(reader.ReadFloat(), reader.ReadFloat());
    }
}
