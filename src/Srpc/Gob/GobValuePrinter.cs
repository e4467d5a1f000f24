using System.Globalization;
using System.Text;

namespace ImageSdk.Srpc.Gob;

/// <summary>Shows values for people. Types are shown, so that equal texts mean equal values.</summary>
static class GobValuePrinter
{
    public static void Print(StringBuilder text, GobValue value)
    {
        switch (value)
        {
            case GobValue.Bool(var flag):
                text.Append(flag ? "true" : "false");
                break;
            case GobValue.Int(var number):
                text.Append(CultureInfo.InvariantCulture, $"{number:+0;-0}");
                break;
            case GobValue.UInt(var number):
                text.Append(CultureInfo.InvariantCulture, $"{number}");
                break;
            case GobValue.Float(var number):
                text.Append(CultureInfo.InvariantCulture, $"{number:R}f");
                break;
            case GobValue.Complex(var real, var imaginary):
                text.Append(CultureInfo.InvariantCulture, $"({real:R}, {imaginary:R})");
                break;
            case GobValue.Bytes(var bytes, IsText: true):
                PrintText(text, GobText.Decode(bytes.AsSpan()));
                break;
            case GobValue.Bytes(var bytes, _):
                text.Append("0x").Append(Convert.ToHexStringLower(bytes.AsSpan()));
                break;
            case GobValue.List(var elements):
                PrintAll(text, '[', elements, Print, ']');
                break;
            case GobValue.Map(var entries):
                PrintAll(text, '<', entries, static (text, entry) =>
                {
                    Print(text, entry.Key);
                    text.Append(": ");
                    Print(text, entry.Value);
                }, '>');
                break;
            case GobValue.Struct structure:
                text.Append(structure.TypeName);
                PrintAll(text, '{', structure.Fields, static (text, field) =>
                {
                    text.Append(field.Key).Append(": ");
                    Print(text, field.Value);
                }, '}');
                break;
            case GobValue.Interface { Value: { } content } anything:
                text.Append(anything.TypeName).Append(' ');
                Print(text, content);
                break;
            case GobValue.Interface:
                text.Append("nil");
                break;
            case GobValue.Opaque opaque:
                text.Append(opaque.TypeName).Append('(').Append(Convert.ToHexStringLower(opaque.Value.AsSpan())).Append(')');
                break;
        }
    }

    static void PrintAll<T>(StringBuilder text, char open, IEnumerable<T> parts, Action<StringBuilder, T> print, char close)
    {
        text.Append(open);
        var separator = "";
        foreach (var part in parts)
        {
            text.Append(separator);
            print(text, part);
            separator = ", ";
        }
        text.Append(close);
    }

    static void PrintText(StringBuilder text, string content)
    {
        text.Append('"');
        foreach (var unit in content)
        {
            if (unit is '"' or '\\')
                text.Append('\\').Append(unit);
            else if (unit < ' ' || char.IsSurrogate(unit))
                text.Append(CultureInfo.InvariantCulture, $"\\u{(int)unit:x4}");
            else
                text.Append(unit);
        }
        text.Append('"');
    }
}
