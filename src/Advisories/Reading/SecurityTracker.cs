using System.Text.Json;

namespace ImageSdk.Advisories.Reading;

/// <summary>
/// Debian's security tracker as JSON (https://security-tracker.debian.org/tracker/data/json): of each source package its CVEs, of each of these its releases
/// by codename.
/// </summary>
static class SecurityTracker
{
    /// <param name="package">The source package.</param>
    /// <param name="json">Its CVEs.</param>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public static void Read(string package, ReadOnlySpan<byte> json, IAdvisorySink sink)
    {
        var reader = new Utf8JsonReader(json);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            return;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var id = reader.GetString()!;
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                reader.Skip();
                continue;
            }
            sink.Count();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isReleases = reader.ValueTextEquals("releases"u8);
                reader.Read();
                if (isReleases && reader.TokenType == JsonTokenType.StartObject)
                    ReadReleases(ref reader, package, id, sink);
                else
                    reader.Skip();
            }
        }
    }

    static void ReadReleases(ref Utf8JsonReader reader, string package, string id, IAdvisorySink sink)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var codename = reader.GetString()!;
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject || DistributionRelease.OfSuite(codename) is not { } release || !sink.IsWanted(release, package))
            {
                reader.Skip();
                continue;
            }
            var (status, fixedVersion, urgency) = ("", "", "");
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                ref var target = ref status;
                if (reader.ValueTextEquals("fixed_version"u8))
                    target = ref fixedVersion;
                else if (reader.ValueTextEquals("urgency"u8))
                    target = ref urgency;
                else if (!reader.ValueTextEquals("status"u8))
                {
                    reader.Skip();
                    continue;
                }
                reader.Read();
                if (reader.TokenType == JsonTokenType.String)
                    target = reader.GetString()!;
                else
                    reader.Skip();
            }
            // "0": no version of the release was ever affected. Of what is undetermined nothing is known, and what is unimportant cannot be exploited.
            if (urgency != "unimportant" && (status == "open" || status == "resolved" && fixedVersion is not ("" or "0")))
                sink.Add(new(id, [], urgency == "not yet assigned" ? "" : urgency), release, package,
                    new([], [[new(RangeEventKind.Introduced, "0"), .. fixedVersion is "" or "0" ? (RangeEvent[])[] : [new(RangeEventKind.Fixed, fixedVersion)]]], release.VersionOrder));
        }
    }
}
