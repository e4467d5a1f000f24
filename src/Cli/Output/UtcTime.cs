using System.Globalization;

namespace ImageSdk.Cli.Output;

/// <summary>Times of images for people.</summary>
static class UtcTime
{
    public static string Format(DateTimeOffset? time) =>
        time is { } known ? known.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture) : "unknown";
}
