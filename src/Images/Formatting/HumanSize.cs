using System.Globalization;

namespace ImageSdk.Images;

/// <summary>Byte counts for people.</summary>
public static class HumanSize
{
    static readonly string[] Prefixes = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];

    /// <summary>
    /// A whole number in the largest unit up to TiB that leaves more than 100 of it or is exact: "1232 KiB". Cut off,
    /// not rounded.
    /// </summary>
    public static string Format(ulong bytes)
    {
        for (var power = 4; power > 0; power--)
        {
            var shifted = bytes >> (10 * power);
            if (shifted > 100 || (shifted >= 1 && shifted << (10 * power) == bytes))
                return $"{shifted} {Prefixes[power]}B";
        }
        return $"{bytes} B";
    }

    /// <summary>Exactly, in the largest unit that allows it, as flags are written: "10GiB", "0B".</summary>
    public static string FormatExact(ulong bytes)
    {
        var power = bytes == 0 ? 0 : Math.Min(6, (int)ulong.TrailingZeroCount(bytes) / 10);
        return $"{bytes >> (10 * power)}{Prefixes[power]}B";
    }

    /// <summary>
    /// Reads a number with an optional unit: "K", "KiB" and so on up to "E", "EiB" count in 1024s, "kB", "MB" and so on
    /// in 1000s, "B" is bytes. False where it is none or does not fit.
    /// </summary>
    public static bool TryParse(string text, out ulong bytes)
    {
        var digits = text.AsSpan().TrimEnd("BKMGTPEik");
        var factor = FindFactor(text.AsSpan(digits.Length));
        bytes = 0;
        if (factor == 0 || !ulong.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return false;
        var product = (UInt128)number * factor;
        bytes = (ulong)product;
        return product <= ulong.MaxValue;
    }

    static ulong FindFactor(ReadOnlySpan<char> unit)
    {
        if (unit is "" or "B")
            return 1;
        var power = "KMGTPE".IndexOf(char.ToUpperInvariant(unit[0])) + 1;
        if (power == 0)
            return 0;
        return unit[1..] switch
        {
            "" or "iB" when char.IsUpper(unit[0]) => 1ul << (10 * power),
            "B" when unit[0] != 'K' => (ulong)Math.Pow(1000, power),
            _ => 0,
        };
    }
}
