using System.Numerics;
using System.Text;
using ImageSdk.TextTemplates.Data;
using ImageSdk.TextTemplates.Errors;

namespace ImageSdk.TextTemplates.Formatting;

/// <summary>Writes one value by one verb.</summary>
sealed partial class ValueFormatter(StringBuilder output, FormatFlags flags)
{
    public void Write(object? value, int verb)
    {
        if (value is null)
        {
            if (verb is 'v' or 'T')
                Pad("<nil>");
            else
                WriteBad(verb, null);
        }
        else if (verb == 'T')
            WriteText(Values.TypeOf(value), 's');
        else
            WriteOther(value, verb);
    }

    void WriteOther(object value, int verb)
    {
        switch (value)
        {
            case bool flag when verb is 't' or 'v':
                Pad(flag ? "true" : "false");
                break;
            case long number when IsIntegerVerb(verb):
                WriteInteger(number, verb, isUnsigned: false);
                break;
            case byte number when IsIntegerVerb(verb):
                WriteInteger(number, verb, isUnsigned: true);
                break;
            case double number when IsRealVerb(verb):
                WriteReal(number, verb);
                break;
            case Complex number when IsRealVerb(verb):
                WriteComplex(number, verb);
                break;
            case string text when verb is 'v' or 's' or 'x' or 'X' or 'q':
                WriteText(text, verb);
                break;
            case VariableTable when verb == 'p':
                throw new RunException("a table has no address that could be written");
            case VariableTable table:
                WriteTable(table, verb);
                break;
            default:
                WriteBad(verb, value);
                break;
        }
    }

    static bool IsIntegerVerb(int verb) => verb is 'v' or 'd' or 'b' or 'o' or 'O' or 'x' or 'X' or 'c' or 'q' or 'U';

    static bool IsRealVerb(int verb) => verb is 'v' or 'b' or 'g' or 'G' or 'x' or 'X' or 'f' or 'F' or 'e' or 'E';

    /// <summary>"%!d(string=text)": the verb does not fit the value.</summary>
    void WriteBad(int verb, object? value)
    {
        output.Append("%!").AppendCodePoint(verb).Append('(');
        if (value is null)
            output.Append("<nil>");
        else
        {
            output.Append(Values.TypeOf(value)).Append('=');
            WriteOther(value, 'v');
        }
        output.Append(')');
    }

    void WriteTable(VariableTable table, int verb)
    {
        output.Append(flags.SourceForm ? "map[string]string{" : "map[");
        var isFirst = true;
        foreach (var (name, text) in table.Values)
        {
            output.Append(isFirst ? "" : flags.SourceForm ? ", " : " ");
            isFirst = false;
            WriteOther(name, verb);
            output.Append(':');
            WriteOther(text, verb);
        }
        output.Append(flags.SourceForm ? '}' : ']');
    }

    void WriteText(string text, int verb)
    {
        if (flags.Precision is { } precision && verb is not ('x' or 'X'))
            text = ByteText.Truncate(text, precision);
        if (verb is 'x' or 'X')
            WriteBytes(text, verb == 'X');
        else if (verb == 'q' || flags.SourceForm)
            Pad(flags.Sharp && verb == 'q' && QuotedText.CanBeRaw(text) ? $"`{text}`" : QuotedText.Of(text, '"', asciiOnly: flags.Plus));
        else
            Pad(text);
    }

    void WriteBytes(string text, bool upper)
    {
        if (flags.Precision < text.Length)
            text = text[..flags.Precision.Value];
        var prefix = flags.Sharp ? upper ? "0X" : "0x" : "";
        var result = new StringBuilder();
        for (var index = 0; index < text.Length; index++)
            result.Append(flags.Space && index > 0 ? " " : "").Append(index == 0 || flags.Space ? prefix : "")
                .Append(((int)text[index]).ToString(upper ? "X2" : "x2"));
        // Blanks, whatever the flags say.
        var zero = flags.Zero;
        flags.Zero = false;
        Pad(result.ToString());
        flags.Zero = zero;
    }

    /// <summary>Fills up to the width, which counts code points.</summary>
    void Pad(string text)
    {
        var missing = flags.Width is { } width ? width - ByteText.CountCodePoints(text) : 0;
        if (missing <= 0)
            output.Append(text);
        else if (flags.Minus)
            output.Append(text).Append(' ', missing);
        else
            output.Append(flags.Zero ? '0' : ' ', missing).Append(text);
    }
}
