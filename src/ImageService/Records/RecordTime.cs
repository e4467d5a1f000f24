using System.Globalization;

namespace ImageSdk.ImageService.Records;

/// <summary>Times as records have them.</summary>
static class RecordTime
{
    /// <summary>Now, in UTC and ISO 8601 with microseconds and without a zone.</summary>
    public static string Of(TimeProvider time) => time.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ss.ffffff", CultureInfo.InvariantCulture);
}
