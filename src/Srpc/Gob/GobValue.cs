using System.Collections.Immutable;
using System.Text;

namespace ImageSdk.Srpc.Gob;

/// <summary>A value of any type, as the stream has it: what was left out on the wire is absent here too.</summary>
public abstract record GobValue
{
    GobValue()
    {
    }

    /// <summary>For people and logs; equal for equal values.</summary>
    public sealed override string ToString()
    {
        var text = new StringBuilder();
        GobValuePrinter.Print(text, this);
        return text.ToString();
    }

    public sealed record Bool(bool Value) : GobValue;

    public sealed record Int(long Value) : GobValue;

    public sealed record UInt(ulong Value) : GobValue;

    public sealed record Float(double Value) : GobValue;

    public sealed record Complex(double Real, double Imaginary) : GobValue;

    /// <param name="IsText">A string; else a byte slice.</param>
    public sealed record Bytes(ImmutableArray<byte> Value, bool IsText) : GobValue;

    /// <summary>An array or a slice.</summary>
    public sealed record List(ImmutableArray<GobValue> Elements) : GobValue;

    /// <summary>In the order of the stream.</summary>
    public sealed record Map(ImmutableArray<KeyValuePair<GobValue, GobValue>> Entries) : GobValue;

    public sealed record Struct(string TypeName, ImmutableArray<KeyValuePair<string, GobValue>> Fields) : GobValue
    {
        /// <summary>The field's value; null where it was left out or does not exist.</summary>
        public GobValue? this[string name] => Fields.FirstOrDefault(field => field.Key == name).Value;
    }

    /// <param name="TypeName">The registered name; empty for a nil interface.</param>
    /// <param name="TypeId">Of the value's type in the stream.</param>
    public sealed record Interface(string TypeName, int TypeId, GobValue? Value) : GobValue;

    /// <summary>A value with an encoding of its own, such as a time.</summary>
    public sealed record Opaque(string TypeName, ImmutableArray<byte> Value) : GobValue
    {
        /// <exception cref="GobException">These are not the bytes of a time.</exception>
        public GobTime ToTime() => GobTime.Parse(Value.AsSpan());
    }
}
