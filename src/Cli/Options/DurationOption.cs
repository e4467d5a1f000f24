using System.Buffers;
using System.CommandLine;
using System.Globalization;

namespace ImageSdk.Cli.Options;

/// <summary>A duration as imagetool takes it ("90s", "1h30m", "2d"); 0 where it is not given.</summary>
sealed class DurationOption : Option<TimeSpan>
{
    static readonly SearchValues<char> numberCharacters = SearchValues.Create("0123456789.");

    static readonly (string Unit, double Seconds)[] Units =
        [("ns", 1e-9), ("us", 1e-6), ("µs", 1e-6), ("ms", 1e-3), ("s", 1), ("m", 60), ("h", 3600), ("d", 86400), ("w", 604800)];

    public DurationOption(string name, string description) : base(name)
    {
        Description = description;
        HelpName = "DURATION";
        CustomParser = result =>
        {
            if (TryParse(result.Tokens[0].Value, out var duration))
                return duration;
            result.AddError($"{name}: \"{result.Tokens[0].Value}\" is no duration: write it as 90s, 15m or 1h30m.");
            return default;
        };
    }

    internal static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        var seconds = 0.0;
        if (text is "0")
            return true;
        var rest = text.AsSpan();
        while (!rest.IsEmpty)
        {
            var digits = rest.IndexOfAnyExcept(numberCharacters);
            if (digits <= 0 || !double.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
                return false;
            rest = rest[digits..];
            var length = rest.IndexOfAnyInRange('0', '9') is >= 0 and var next ? next : rest.Length;
            var unit = rest[..length].ToString();
            var index = Array.FindIndex(Units, known => known.Unit == unit);
            if (index < 0)
                return false;
            seconds += number * Units[index].Seconds;
            rest = rest[length..];
        }
        if (text.Length == 0 || seconds > TimeSpan.MaxValue.TotalSeconds / 2)
            return false;
        duration = TimeSpan.FromSeconds(seconds);
        return true;
    }
}
