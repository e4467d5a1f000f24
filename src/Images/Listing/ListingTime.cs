using System.Globalization;

namespace ImageSdk.Images;

/// <summary>Times as imagetool prints them: <c>02 Jan 2006 15:04:05 UTC</c>, in a time zone without a name <c>+01</c> or <c>+0530</c>.</summary>
public static class ListingTime
{
    public static string Format(DateTimeOffset instant, TimeZoneInfo zone)
    {
        var local = TimeZoneInfo.ConvertTime(instant, zone);
        return $"{local.ToString("dd MMM yyyy HH:mm:ss", CultureInfo.InvariantCulture)} {FormatZone(local.Offset, zone)}";
    }

    static string FormatZone(TimeSpan offset, TimeZoneInfo zone)
    {
        if (zone.HasSameRules(TimeZoneInfo.Utc))
            return "UTC";
        var sign = offset < TimeSpan.Zero ? '-' : '+';
        return offset.Minutes == 0 ? $"{sign}{offset:hh}" : $"{sign}{offset:hhmm}";
    }
}
