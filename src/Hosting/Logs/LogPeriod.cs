using System.Globalization;

namespace ImageSdk.Hosting.Logs;

/// <summary>A length of time as log pages have it: a number and one of s, m, h, d, w, M (months), y.</summary>
public static class LogPeriod
{
    const long MaximumDays = 365_000;

    public static bool TryParse(string text, out TimeSpan period)
    {
        period = default;
        var unit = text.Length < 2 ? null : text[^1] switch
        {
            's' => TimeSpan.FromSeconds(1),
            'm' => TimeSpan.FromMinutes(1),
            'h' => TimeSpan.FromHours(1),
            'd' => TimeSpan.FromDays(1),
            'w' => TimeSpan.FromDays(7),
            'M' => TimeSpan.FromDays(31),
            'y' => TimeSpan.FromDays(365),
            _ => (TimeSpan?)null,
        };
        if (unit is not { } known || !int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return false;
        period = TimeSpan.FromDays(Math.Min(known.TotalDays * number, MaximumDays));
        return true;
    }
}
