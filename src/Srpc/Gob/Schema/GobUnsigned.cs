using System.Numerics;
using System.Text.Json;

namespace ImageSdk.Srpc.Gob;

/// <summary>An unsigned integer. All widths are one type on the wire; what does not fit is an error, as it is in Go.</summary>
sealed class GobUnsigned<T> : GobType<T> where T : struct, IBinaryInteger<T>, IUnsignedNumber<T>, IMinMaxValue<T>
{
    internal override int BuiltinId => WireTypes.UIntId;

    internal override IEqualityComparer<T> KeyEquality => IntegerKeyEquality<T>.Instance;

    internal override bool Omits(T value) => T.IsZero(value);

    internal override void Write(GobWriter writer, T value) => writer.WriteUInt(ulong.CreateTruncating(value));

    internal override void WriteJson(Utf8JsonWriter json, T value) => json.WriteNumberValue(ulong.CreateTruncating(value));

    internal override T ReadJson(JsonElement json) => T.CreateChecked(json.GetUInt64());

    internal override GobPlan<T> Compile(GobPlans plans, int wireId)
    {
        plans.RequireBuiltin(wireId, WireTypes.UIntId);
        return Plan.Instance;
    }

    sealed class Plan : GobPlan<T>
    {
        public static readonly Plan Instance = new();

        static readonly ulong max = ulong.CreateTruncating(T.MaxValue);

        public override T Read(ref GobReader reader)
        {
            var value = reader.ReadUInt();
            return value <= max
                ? T.CreateTruncating(value)
                : throw new GobException($"{value} is out of range for {typeof(T).Name}");
        }
    }
}
