using System.Globalization;

namespace ImageSdk.Tasks.Reading;

/// <summary>Sizes in bytes as people write them: 1048576, 512M, 10GiB. All units are powers of 1024.</summary>
static class Sizes
{
    const string Expected = "a number of bytes, or one with a unit: K, M, G, T (or KiB, MiB, GiB, TiB)";

    public static long Parse(string text, string name, string file)
    {
        var rest = text.AsSpan().Trim();
        var digits = rest.IndexOfAnyExceptInRange('0', '9');
        var number = digits < 0 ? rest : rest[..digits];
        var shift = rest[number.Length..].Trim() switch
        {
            "" => 0,
            "K" or "KiB" => 10,
            "M" or "MiB" => 20,
            "G" or "GiB" => 30,
            "T" or "TiB" => 40,
            _ => throw Words.Wrong(name, text, Expected, file),
        };
        return long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count <= long.MaxValue >> shift
            ? count << shift
            : throw Words.Wrong(name, text, Expected, file);
    }
}
