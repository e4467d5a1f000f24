using System.Numerics;

namespace ImageSdk.TextTemplates.Data;

/// <summary>
/// What can be asked of any value. Values are null (nil, or what is not there), bool, long, byte (of a text), double, Complex, string (of
/// bytes) and <see cref="VariableTable"/>.
/// </summary>
static class Values
{
    public static bool IsTrue(object? value) => value switch
    {
        null => false,
        bool flag => flag,
        long number => number != 0,
        byte number => number != 0,
        double number => number != 0,
        Complex number => number != Complex.Zero,
        string text => text.Length > 0,
        VariableTable table => table.Count > 0,
        _ => throw new InvalidOperationException($"No such value: {value.GetType()}"),
    };

    /// <summary>As Go names the type.</summary>
    public static string TypeOf(object? value) => value switch
    {
        null => "<nil>",
        bool => "bool",
        long => "int",
        byte => "uint8",
        double => "float64",
        Complex => "complex128",
        string => "string",
        _ => "map[string]string",
    };
}
