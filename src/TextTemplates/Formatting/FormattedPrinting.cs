using System.Text;
using ImageSdk.TextTemplates.Data;
using ImageSdk.TextTemplates.Errors;

namespace ImageSdk.TextTemplates.Formatting;

/// <summary>printf: takes a format apart, and shows mistakes in it where they are, as Go does.</summary>
ref struct FormattedPrinting(ReadOnlySpan<object?> arguments)
{
    const int MaximumWidth = 1_000_000;

    readonly ReadOnlySpan<object?> arguments = arguments;
    readonly StringBuilder output = new();
    string format = "";
    int at;
    int argument;
    bool isIndexGood;
    bool isReordered;
    bool wasReordered;

    public string Print(string text)
    {
        format = text;
        while (at < format.Length)
        {
            var percent = format.IndexOf('%', at);
            var end = percent < 0 ? format.Length : percent;
            output.Append(format, at, end - at);
            at = end;
            if (percent >= 0)
                PrintVerb();
        }
        if (!wasReordered && argument < arguments.Length)
            PrintExtra();
        return output.ToString();
    }

    void PrintVerb()
    {
        at++;
        isIndexGood = true;
        isReordered = false;
        var flags = ReadFlags();
        ReadIndex();
        if (Take('*'))
        {
            flags.Width = TakeNumberArgument();
            if (flags.Width is null)
                output.Append("%!(BADWIDTH)");
            if (flags.Width < 0)
            {
                flags.Width = -flags.Width;
                flags.Minus = true;
                flags.Zero = false;
            }
            isReordered = false;
        }
        else
        {
            flags.Width = ReadNumber();
            if (isReordered && flags.Width is not null)
                isIndexGood = false;
        }
        if (Take('.'))
        {
            if (isReordered)
                isIndexGood = false;
            isReordered = ReadIndex();
            if (Take('*'))
            {
                flags.Precision = TakeNumberArgument();
                if (flags.Precision < 0)
                    flags.Precision = null;
                else if (flags.Precision is null)
                    output.Append("%!(BADPREC)");
                isReordered = false;
            }
            else
                flags.Precision = ReadNumber() ?? 0;
        }
        if (!isReordered)
            ReadIndex();
        if (at >= format.Length)
        {
            output.Append("%!(NOVERB)");
            return;
        }
        var verb = ByteText.Decode(format, at, out var length);
        at += length;
        if (verb == '%')
            output.Append('%');
        else if (!isIndexGood)
            output.Append("%!").AppendCodePoint(verb).Append("(BADINDEX)");
        else if (argument >= arguments.Length)
            output.Append("%!").AppendCodePoint(verb).Append("(MISSING)");
        else
        {
            flags.SourceForm = verb == 'v' && flags.Sharp;
            flags.Sharp &= verb != 'v';
            flags.Plus &= verb != 'v';
            new ValueFormatter(output, flags).Write(arguments[argument++], verb);
        }
        if (output.Length > 64 << 20)
            throw new RunException("the text becomes larger than 64 MiB");
    }

    FormatFlags ReadFlags()
    {
        var flags = new FormatFlags();
        for (; at < format.Length; at++)
            switch (format[at])
            {
                case '#':
                    flags.Sharp = true;
                    break;
                case '0':
                    flags.Zero = !flags.Minus;
                    break;
                case '+':
                    flags.Plus = true;
                    break;
                case '-':
                    flags.Minus = true;
                    flags.Zero = false;
                    break;
                case ' ':
                    flags.Space = true;
                    break;
                default:
                    return flags;
            }
        return flags;
    }

    /// <summary>Reads "[n]", which chooses the next argument.</summary>
    bool ReadIndex()
    {
        if (at >= format.Length || format[at] != '[')
            return false;
        isReordered = wasReordered = true;
        var end = format.IndexOf(']', at);
        if (end < 0)
        {
            isIndexGood = false;
            at++;
            return false;
        }
        var digits = format.AsSpan(at + 1, end - at - 1);
        at = end + 1;
        if (digits.Length is > 0 and < 8 && !digits.ContainsAnyExceptInRange('0', '9') && int.Parse(digits) is var number && number > 0 && number <= arguments.Length)
        {
            argument = number - 1;
            return true;
        }
        isIndexGood = false;
        return true;
    }

    bool Take(char wanted)
    {
        if (at >= format.Length || format[at] != wanted)
            return false;
        at++;
        return true;
    }

    int? ReadNumber()
    {
        var start = at;
        var number = 0;
        for (; at < format.Length && char.IsAsciiDigit(format[at]); at++)
        {
            number = number * 10 + format[at] - '0';
            if (number > MaximumWidth)
            {
                // The digits are then what is in the verb's place.
                at = format.Length;
                return null;
            }
        }
        return at > start ? number : null;
    }

    int? TakeNumberArgument()
    {
        if (argument >= arguments.Length)
            return null;
        var value = arguments[argument++];
        return value switch
        {
            long number when Math.Abs(number) <= MaximumWidth => (int)number,
            byte number => number,
            _ => null,
        };
    }

    readonly void PrintExtra()
    {
        output.Append("%!(EXTRA ");
        for (var index = argument; index < arguments.Length; index++)
        {
            output.Append(index > argument ? ", " : "");
            if (arguments[index] is null)
                output.Append("<nil>");
            else
                output.Append(Values.TypeOf(arguments[index])).Append('=').Append(ValueText.Of(arguments[index]));
        }
        output.Append(')');
    }
}
