using System.Globalization;

namespace ImageSdk.Srpc.Gob;

/// <summary>Times as text of RFC 3339, to the nanosecond.</summary>
static class GobTimeText
{
    public static string Format(GobTime time)
    {
        var offset = TimeSpan.FromSeconds(time.OffsetSeconds ?? 0);
        DateTime local;
        try
        {
            local = DateTime.UnixEpoch.AddSeconds(time.UnixSeconds) + offset;
        }
        catch (ArgumentOutOfRangeException problem)
        {
            throw new GobException("a time outside the years 1 to 9999", problem);
        }
        var fraction = time.Nanoseconds == 0 ? "" : "." + time.Nanoseconds.ToString("000000000", CultureInfo.InvariantCulture).TrimEnd('0');
        var zone = offset == TimeSpan.Zero ? "Z" : (offset < TimeSpan.Zero ? "-" : "+") + offset.ToString(@"hh\:mm", CultureInfo.InvariantCulture);
        return local.ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture) + fraction + zone;
    }

    /// <summary>Cut to whole 100 nanoseconds.</summary>
    public static GobTime Parse(string text)
    {
        if (!DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
            throw new GobException($"\"{text}\" is no time");
        return time.UtcTicks == 0 ? GobTime.Zero : GobTime.From(time);
    }
}
