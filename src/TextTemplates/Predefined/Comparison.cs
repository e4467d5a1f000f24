using System.Numerics;
using ImageSdk.TextTemplates.Data;
using ImageSdk.TextTemplates.Errors;

namespace ImageSdk.TextTemplates.Predefined;

/// <summary>eq, ne, lt, le, gt and ge.</summary>
static class Comparison
{
    /// <summary>Whether the first equals one of the others.</summary>
    public static bool Equal(ReadOnlySpan<object?> arguments)
    {
        if (arguments.Length < 2)
            throw new RunException("eq lacks what to compare with");
        foreach (var other in arguments[1..])
            if (Equal(arguments[0], other))
                return true;
        return false;
    }

    static bool Equal(object? left, object? right) => (Plain(left), Plain(right)) switch
    {
        (null, null) => true,
        (null, _) or (_, null) => false,
        (VariableTable, _) or (_, VariableTable) => throw new RunException("tables can't be compared"),
        (long x, long y) => x == y,
        (double x, double y) => x == y,
        (Complex x, Complex y) => x == y,
        (bool x, bool y) => x == y,
        (string x, string y) => string.Equals(x, y, StringComparison.Ordinal),
        _ => throw Incompatible(left, right),
    };

    public static bool Less(object? left, object? right) => (Plain(left), Plain(right)) switch
    {
        (long x, long y) => x < y,
        (double x, double y) => x < y,
        (string x, string y) => string.CompareOrdinal(x, y) < 0,
        _ => throw Incompatible(left, right),
    };

    public static bool LessOrEqual(object? left, object? right) => Less(left, right) || Equal(left, right);

    static object? Plain(object? value) => value is byte number ? (long)number : value;

    static RunException Incompatible(object? left, object? right) =>
        new($"a value of type {Values.TypeOf(left)} can't be compared with one of type {Values.TypeOf(right)}");
}
