using System.Globalization;
using ImageSdk.Images;

namespace ImageSdk.Tasks.Reading;

/// <summary>Durations as people write them: 90s, 1h30m, 2d, 01:30:00. A bare number would leave its unit to guess; only 0 is one.</summary>
static class Durations
{
    static readonly TimeSpan longest = TimeSpan.FromDays(36500);

    public static TimeSpan Parse(string text, string name, string file)
    {
        var rest = text.AsSpan().Trim();
        var isRead = rest.Contains(':') ? TimeSpan.TryParse(rest, CultureInfo.InvariantCulture, out var duration) : HumanDuration.TryParse(rest, out duration);
        return isRead && duration >= TimeSpan.Zero && duration <= longest
            ? duration
            : throw Words.Wrong(name, text, "a duration such as 10s, 90m, 1h30m or 01:30:00", file);
    }
}
