using System.Numerics;
using System.Text;
using ImageSdk.TextTemplates.Data;

namespace ImageSdk.TextTemplates.Formatting;

sealed partial class ValueFormatter
{
    void WriteInteger(long value, int verb, bool isUnsigned)
    {
        switch (verb)
        {
            case 'v' when flags.SourceForm && isUnsigned:
                flags.Sharp = true;
                WriteDigits(value, 16, 'v');
                break;
            case 'v' or 'd':
                WriteDigits(value, 10, verb);
                break;
            case 'b':
                WriteDigits(value, 2, verb);
                break;
            case 'o' or 'O':
                WriteDigits(value, 8, verb);
                break;
            case 'x' or 'X':
                WriteDigits(value, 16, verb);
                break;
            case 'c':
                Pad(new StringBuilder().AppendCodePoint(CodePointOf(value)).ToString());
                break;
            case 'q':
                Pad(QuotedText.OfCodePoint(CodePointOf(value), flags.Plus));
                break;
            default:
                WriteUnicode(value);
                break;
        }
    }

    static int CodePointOf(long value) => value is >= 0 and <= 0x10FFFF && Rune.IsValid((int)value) ? (int)value : ByteText.Replacement;

    void WriteDigits(long value, int radix, int verb)
    {
        if (flags.Precision == 0 && value == 0)
        {
            output.Append(' ', flags.Width ?? 0);
            return;
        }
        var negative = value < 0;
        var digits = Digits(BigInteger.Abs(value), radix);
        var least = flags.Precision ?? 0;
        if (flags.Precision is null && flags.Zero && flags.Width is { } width)
            least = width - (negative || flags.Plus || flags.Space ? 1 : 0);
        digits = digits.PadLeft(least, '0');
        if (flags.Sharp)
            digits = radix switch
            {
                2 => "0b",
                8 when digits[0] != '0' => "0",
                16 => "0x",
                _ => "",
            } + digits;
        if (verb == 'O')
            digits = "0o" + digits;
        digits = (negative ? "-" : flags.Plus ? "+" : flags.Space ? " " : "") + digits;
        var zero = flags.Zero;
        flags.Zero = false;
        Pad(verb == 'X' ? digits.ToUpperInvariant() : digits);
        flags.Zero = zero;
    }

    static string Digits(BigInteger value, int radix)
    {
        if (radix == 10)
            return value.ToString(System.Globalization.CultureInfo.InvariantCulture);
        var text = "";
        do
        {
            text = "0123456789abcdef"[(int)(value % radix)] + text;
            value /= radix;
        }
        while (value > 0);
        return text;
    }

    void WriteUnicode(long value)
    {
        var bits = unchecked((ulong)value);
        var text = new StringBuilder("U+").Append(bits.ToString("X").PadLeft(Math.Max(4, flags.Precision ?? 4), '0'));
        if (flags.Sharp && bits <= 0x10FFFF && ByteText.IsPrintable((int)bits))
            text.Append(" '").AppendCodePoint((int)bits).Append('\'');
        var zero = flags.Zero;
        flags.Zero = false;
        Pad(text.ToString());
        flags.Zero = zero;
    }

    void WriteComplex(Complex value, int verb)
    {
        var plus = flags.Plus;
        output.Append('(');
        WriteReal(value.Real, verb);
        flags.Plus = true;
        WriteReal(value.Imaginary, verb);
        output.Append("i)");
        flags.Plus = plus;
    }

    void WriteReal(double value, int verb)
    {
        var form = verb switch { 'v' => 'g', 'F' => 'f', _ => (char)verb };
        var precision = flags.Precision ?? (verb is 'e' or 'E' or 'f' or 'F' ? 6 : -1);
        var number = RealText.Of(value, form, precision);
        // The sign first, always, and taken away again where it is not wanted.
        if (number[0] is not ('-' or '+'))
            number = "+" + number;
        if (flags.Space && number[0] == '+' && !flags.Plus)
            number = " " + number[1..];
        if (!double.IsFinite(value))
        {
            flags.Zero = false;
            Pad(number[0] == '+' && (double.IsNaN(value) || !flags.Plus) && !(double.IsNaN(value) && flags.Plus) ? number[1..] : number);
            return;
        }
        if (flags.Sharp && verb != 'b')
            number = WithPoint(number, verb, flags.Precision ?? -1);
        if (!flags.Plus && number[0] == '+')
        {
            Pad(number[1..]);
            return;
        }
        if (flags.Zero && flags.Width is { } width && width > number.Length)
            // The sign stands before the zeros.
            output.Append(number[0]).Append('0', width - number.Length).Append(number, 1, number.Length - 1);
        else
            Pad(number);
    }

    /// <summary>"#": a point always, and with "g" the zeros behind it.</summary>
    static string WithPoint(string number, int verb, int precision)
    {
        var wanted = verb is 'v' or 'g' or 'G' or 'x' ? precision < 0 ? 6 : precision : 0;
        var isHex = verb is 'x' or 'X';
        var tailAt = isHex ? number.AsSpan().IndexOfAny('p', 'P') : number.AsSpan().IndexOfAny('e', 'E');
        var tail = tailAt < 0 ? "" : number[tailAt..];
        var digits = tailAt < 0 ? number : number[..tailAt];
        var hasPoint = false;
        var isSignificant = false;
        foreach (var value in digits.AsSpan(1))
        {
            if (value == '.')
            {
                hasPoint = true;
                continue;
            }
            isSignificant |= value != '0';
            if (isSignificant)
                wanted--;
        }
        if (!hasPoint)
        {
            if (digits.Length == 2 && digits[1] == '0')
                wanted--;
            digits += ".";
        }
        return digits + new string('0', Math.Max(0, wanted)) + tail;
    }
}
