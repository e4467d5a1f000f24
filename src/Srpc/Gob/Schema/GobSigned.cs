using System.Numerics;
using System.Text.Json;

namespace ImageSdk.Srpc.Gob;

/// <summary>A signed integer. All widths are one type on the wire; what does not fit is an error, as it is in Go.</summary>
sealed class GobSigned<T> : GobType<T> where T : struct, IBinaryInteger<T>, ISignedNumber<T>, IMinMaxValue<T>
{
    internal override int BuiltinId => WireTypes.IntId;

    internal override IEqualityComparer<T> KeyEquality => IntegerKeyEquality<T>.Instance;

    internal override bool Omits(T value) => T.IsZero(value);

    internal override void Write(GobWriter writer, T value) => writer.WriteInt(long.CreateTruncating(value));

    internal override void WriteJson(Utf8JsonWriter json, T value) => json.WriteNumberValue(long.CreateTruncating(value));

    internal override T ReadJson(JsonElement json) => T.CreateChecked(json.GetInt64());

    internal override GobPlan<T> Compile(GobPlans plans, int wireId)
    {
        plans.RequireBuiltin(wireId, WireTypes.IntId);
        return Plan.Instance;
    }

    sealed class Plan : GobPlan<T>
    {
        public static readonly Plan Instance = new();

        static readonly (long Min, long Max) range = (long.CreateTruncating(T.MinValue), long.CreateTruncating(T.MaxValue));

        public override T Read(ref GobReader reader)
        {
            var value = reader.ReadInt();
            return value >= range.Min && value <= range.Max
                ? T.CreateTruncating(value)
                : throw new GobException($"{value} is out of range for {typeof(T).Name}");
        }
    }
}
