using System.Buffers;
using System.Globalization;

namespace ImageSdk.Tasks.Reading;

/// <summary>Durations as people write them: 90s, 1h30m, 2d, 01:30:00. A bare number would leave its unit to guess; only 0 is one.</summary>
static class Durations
{
    static readonly SearchValues<char> numberCharacters = SearchValues.Create("0123456789.");

    const string Expected = "a duration such as 10s, 90m, 1h30m or 01:30:00";

    static readonly TimeSpan longest = TimeSpan.FromDays(36500);

    public static TimeSpan Parse(string text, string name, string file)
    {
        var rest = text.AsSpan().Trim();
        if (rest is "0")
            return TimeSpan.Zero;
        if (rest.Contains(':'))
            return TimeSpan.TryParse(rest, CultureInfo.InvariantCulture, out var clock) && clock >= TimeSpan.Zero && clock <= longest
                ? clock
                : throw Words.Wrong(name, text, Expected, file);

        var seconds = 0d;
        if (rest.IsEmpty)
            throw Words.Wrong(name, text, Expected, file);
        while (!rest.IsEmpty)
        {
            var digits = rest.IndexOfAnyExcept(numberCharacters);
            if (digits <= 0 || !double.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count))
                throw Words.Wrong(name, text, Expected, file);
            rest = rest[digits..];
            var letters = rest.IndexOfAnyInRange('0', '9');
            var unit = letters < 0 ? rest : rest[..letters];
            seconds += count * unit switch
            {
                "ms" => 0.001,
                "s" => 1,
                "m" or "min" => 60,
                "h" => 3600,
                "d" => 86400,
                _ => throw Words.Wrong(name, text, Expected, file),
            };
            rest = rest[unit.Length..];
        }
        return seconds <= longest.TotalSeconds ? TimeSpan.FromSeconds(seconds) : throw Words.Wrong(name, text, Expected, file);
    }
}
