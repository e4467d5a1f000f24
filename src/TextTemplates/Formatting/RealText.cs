using System.Globalization;
using System.Numerics;

namespace ImageSdk.TextTemplates.Formatting;

/// <summary>Reals in decimal and hexadecimal digits, rounded exactly (half to even), which the platform's own formats do not do.</summary>
static class RealText
{
    const int MantissaBits = 52;

    /// <param name="form">'e', 'E', 'f', 'g', 'G', 'b', 'x' or 'X'.</param>
    /// <param name="precision">Digits; negative for as few as tell the number from its neighbours.</param>
    public static string Of(double value, char form, int precision)
    {
        if (double.IsNaN(value))
            return "NaN";
        if (double.IsInfinity(value))
            return value < 0 ? "-Inf" : "+Inf";
        var sign = double.IsNegative(value) ? "-" : "";
        var absolute = Math.Abs(value);
        return sign + form switch
        {
            'b' => Binary(absolute),
            'x' or 'X' => Hexadecimal(absolute, precision, form == 'X'),
            'e' or 'E' => Exponential(Rounded(absolute, precision < 0 ? -1 : precision + 1), precision, form),
            'f' => Fixed(absolute, precision),
            _ => General(absolute, precision, form == 'G' ? 'E' : 'e'),
        };
    }

    /// <summary>Decimal digits without leading or trailing zeros, and where the point stands: 0.DIGITS × 10^Point.</summary>
    readonly record struct Decimal(string Digits, int Point);

    static Decimal Shortest(double value)
    {
        if (value == 0)
            return new("", 0);
        var text = value.ToString("E16", CultureInfo.InvariantCulture);
        var shortest = value.ToString("R", CultureInfo.InvariantCulture);
        var point = int.Parse(text[(text.IndexOf('E') + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture) + 1;
        var exponentAt = shortest.IndexOf('E');
        var mantissa = exponentAt < 0 ? shortest : shortest[..exponentAt];
        var digits = mantissa.Replace(".", "").TrimStart('0').TrimEnd('0');
        // 9.99…: sixteen digits may round up to a power of ten where the shortest do not.
        if (text.StartsWith("1.0000000000000000", StringComparison.Ordinal) && digits[0] == '9')
            point--;
        return new(digits, point);
    }

    static Decimal Exact(double value)
    {
        if (value == 0)
            return new("", 0);
        var (mantissa, exponent) = Parts(value);
        // m × 2^-k = m × 5^k × 10^-k.
        var number = exponent >= 0 ? (BigInteger)mantissa << exponent : mantissa * BigInteger.Pow(5, -exponent);
        var digits = number.ToString(CultureInfo.InvariantCulture);
        return new(digits.TrimEnd('0'), digits.Length + Math.Min(exponent, 0));
    }

    static (long Mantissa, int Exponent) Parts(double value)
    {
        var bits = BitConverter.DoubleToInt64Bits(value);
        var exponent = (int)(bits >> MantissaBits) & 0x7FF;
        var mantissa = bits & ((1L << MantissaBits) - 1);
        return exponent == 0 ? (mantissa, -1074) : (mantissa | 1L << MantissaBits, exponent - 1075);
    }

    /// <summary>To so many digits; the shortest form for a negative count.</summary>
    static Decimal Rounded(double value, int count) => count < 0 ? Shortest(value) : Round(Exact(value), count);

    static Decimal Round(Decimal exact, int count)
    {
        var (digits, point) = exact;
        if (count >= digits.Length)
            return exact;
        if (count < 0)
            return new("", 0);
        var rest = digits.AsSpan(count);
        var up = rest[0] > '5' || (rest[0] == '5' && (rest.Length > 1 || (count > 0 && (digits[count - 1] - '0') % 2 == 1)));
        var kept = digits[..count].ToCharArray();
        if (!up)
            return new(new string(kept).TrimEnd('0'), point);
        var at = count - 1;
        while (at >= 0 && kept[at] == '9')
            at--;
        if (at < 0)
            return new("1", point + 1);
        kept[at]++;
        return new(new string(kept, 0, at + 1), point);
    }

    static string Exponential(Decimal value, int precision, char letter)
    {
        var (digits, point) = value;
        var fraction = digits.Length > 1 ? digits[1..] : "";
        fraction = fraction.PadRight(Math.Max(precision, 0), '0');
        var exponent = digits.Length == 0 ? 0 : point - 1;
        return $"{(digits.Length == 0 ? '0' : digits[0])}{(fraction.Length > 0 ? "." : "")}{fraction}{letter}{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):D2}";
    }

    static string Fixed(double value, int precision)
    {
        if (precision < 0)
            return Fixed(Shortest(value), -1);
        var exact = Exact(value);
        return Fixed(Round(exact, exact.Point + precision), precision);
    }

    static string Fixed(Decimal value, int precision)
    {
        var (digits, point) = value;
        var whole = point <= 0 ? "0" : digits.PadRight(point, '0')[..point];
        var fraction = point <= 0 ? (digits.Length == 0 ? "" : new string('0', -point) + digits) : digits.Length > point ? digits[point..] : "";
        fraction = fraction.PadRight(Math.Max(precision, 0), '0');
        return fraction.Length > 0 ? $"{whole}.{fraction}" : whole;
    }

    static string General(double value, int precision, char letter)
    {
        var isShortest = precision < 0;
        var wanted = precision == 0 ? 1 : precision;
        var rounded = Rounded(value, isShortest ? -1 : wanted);
        var most = wanted;
        if (most > rounded.Digits.Length && rounded.Digits.Length >= rounded.Point)
            most = rounded.Digits.Length;
        if (isShortest)
            most = 6;
        var exponent = rounded.Digits.Length == 0 ? -1 : rounded.Point - 1;
        return exponent < -4 || exponent >= most
            ? Exponential(rounded, rounded.Digits.Length - 1, letter)
            : Fixed(rounded, -1);
    }

    static string Binary(double value)
    {
        var (mantissa, exponent) = Parts(value);
        return $"{mantissa}p{(exponent < 0 ? "" : "+")}{exponent}";
    }

    static string Hexadecimal(double value, int precision, bool upper)
    {
        var (mantissa, exponent) = Parts(value);
        if (mantissa == 0)
            exponent = 0;
        else
        {
            // One bit before the point, 60 behind it.
            var shift = System.Numerics.BitOperations.LeadingZeroCount((ulong)mantissa) - 3;
            mantissa <<= shift;
            exponent += 60 - shift;
        }
        if (precision is >= 0 and < 15)
        {
            var bits = 60 - 4 * precision;
            var rest = mantissa & ((1L << bits) - 1);
            mantissa >>= bits;
            var half = 1L << (bits - 1);
            if (rest > half || (rest == half && (mantissa & 1) == 1))
                mantissa++;
            mantissa <<= bits;
            if (mantissa >> 61 != 0)
            {
                mantissa >>= 1;
                exponent++;
            }
        }
        var digits = (mantissa & ((1L << 60) - 1)).ToString("x15", CultureInfo.InvariantCulture);
        digits = precision < 0 ? digits.TrimEnd('0') : digits.PadRight(precision, '0')[..precision];
        var text = $"0x{mantissa >> 60}{(digits.Length > 0 ? "." : "")}{digits}p{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):D2}";
        return upper ? text.ToUpperInvariant() : text;
    }
}
