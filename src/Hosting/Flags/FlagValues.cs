using System.Globalization;
using ImageSdk.Images;

namespace ImageSdk.Hosting.Flags;

/// <summary>Reads the values of flags in the notations of the original. All throw <see cref="FormatException"/>.</summary>
public static class FlagValues
{
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

    public static TimeSpan Duration(string text) =>
        HumanDuration.TryParse(text, out var duration) ? duration : throw new FormatException("expected a duration such as 90s, 1h30m or 100ms");
}
