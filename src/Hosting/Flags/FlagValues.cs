using System.Buffers;
using System.Globalization;
using ImageSdk.Images;

namespace ImageSdk.Hosting.Flags;

/// <summary>Reads the values of flags in the notations of the original. All throw <see cref="FormatException"/>.</summary>
public static class FlagValues
{
    static readonly SearchValues<char> numberCharacters = SearchValues.Create("0123456789.");

    static readonly (string Unit, double Seconds)[] units =
        [("ns", 1e-9), ("us", 1e-6), ("µs", 1e-6), ("μs", 1e-6), ("ms", 1e-3), ("s", 1), ("m", 60), ("h", 3600)];

    public static bool Switch(string text) => text switch
    {
        "1" or "t" or "T" or "true" or "TRUE" or "True" => true,
        "0" or "f" or "F" or "false" or "FALSE" or "False" => false,
        _ => throw new FormatException("expected true or false"),
    };

    public static string Text(string text) => text;

    public static IReadOnlySet<string> Words(string text) =>
        text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).ToHashSet();

    public static int Number(string text) => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
        ? number
        : throw new FormatException("expected a whole number");

    public static int Count(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        ? number
        : throw new FormatException("expected a whole number, 0 or more");

    public static ushort Port(string text) => ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port)
        ? port
        : throw new FormatException("expected a port number from 0 to 65535");

    public static ulong Size(string text) =>
        HumanSize.TryParse(text, out var bytes) ? bytes : throw new FormatException("expected a size such as 512, 10KiB, 4M or 1GB");

    /// <summary>Numbers with units, the one behind the other: "1h30m", "100ms", "-1.5s"; "0" without one.</summary>
    public static TimeSpan Duration(string text)
    {
        var rest = text.AsSpan();
        var sign = rest.StartsWith("-") ? -1 : 1;
        if (rest.Length > 0 && rest[0] is '-' or '+')
            rest = rest[1..];
        if (rest is "0")
            return TimeSpan.Zero;
        var total = 0.0;
        var isEmpty = true;
        for (; !rest.IsEmpty; isEmpty = false)
        {
            var digits = rest.IndexOfAnyExcept(numberCharacters);
            if (digits <= 0 || !double.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
                throw NoDuration();
            rest = rest[digits..];
            var end = rest.IndexOfAny(numberCharacters) is >= 0 and var next ? next : rest.Length;
            var unit = rest[..end].ToString();
            total += number * (units.FirstOrDefault(known => known.Unit == unit) is { Unit: not null } found ? found.Seconds : throw NoDuration());
            rest = rest[end..];
        }
        if (isEmpty || total > TimeSpan.MaxValue.TotalSeconds / 2)
            throw NoDuration();
        return TimeSpan.FromSeconds(sign * total);
    }

    static FormatException NoDuration() => new("expected a duration such as 90s, 1h30m or 100ms");
}
