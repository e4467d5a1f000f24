using System.Text.Json;

namespace ImageSdk.Advisories.Reading;

/// <summary>
/// A record of OSV's schema (https://ossf.github.io/osv-schema/): an advisory and what it is about, in any order. Of packages that do not matter nothing is kept.
/// </summary>
static class OsvRecord
{
    static readonly string[] fields =
        ["schema_version", "id", "modified", "published", "withdrawn", "aliases", "upstream", "related", "summary", "details", "severity", "affected", "references", "credits"];

    /// <summary>Whether an object begins as a record does.</summary>
    public static bool Begins(string name, JsonTokenType value) => name == "database_specific" || value != JsonTokenType.StartObject && fields.Contains(name);

    /// <returns>Whether it is one: it has an identifier.</returns>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public static bool Read(ReadOnlySpan<byte> json, IAdvisorySink sink)
    {
        var reader = new Utf8JsonReader(json);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            return false;
        var (id, isWithdrawn, severity) = ("", false, "");
        var aliases = new List<string>();
        List<(DistributionRelease Release, string Package, AffectedVersions Versions)> affected = [];
        while (NextMember(ref reader))
        {
            if (Take(ref reader, "id"u8))
                id = ReadText(ref reader);
            else if (Take(ref reader, "withdrawn"u8))
                isWithdrawn = ReadText(ref reader).Length > 0;
            else if (Take(ref reader, "aliases"u8) || Take(ref reader, "upstream"u8))
                ReadTexts(ref reader, aliases);
            else if (Take(ref reader, "affected"u8))
                ReadAffected(ref reader, sink, affected);
            else if (Take(ref reader, "severity"u8))
                severity = ReadSeverity(ref reader);
            else
                SkipMember(ref reader);
        }
        if (id.Length == 0)
            return false;
        sink.Count();
        if (isWithdrawn || affected.Count == 0)
            return true;
        var advisory = new Advisory(id, [.. aliases.Where(alias => Advisory.IsCve(alias) && alias != id).Distinct(StringComparer.Ordinal)], severity);
        foreach (var (release, package, versions) in affected)
            sink.Add(advisory, release, package, versions);
        return true;
    }

    static void ReadAffected(ref Utf8JsonReader reader, IAdvisorySink sink, List<(DistributionRelease, string, AffectedVersions)> affected)
    {
        if (!BeginList(ref reader))
            return;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                reader.Skip();
                continue;
            }
            // Which package it is may stand behind all that is said of it.
            var look = reader;
            var (ecosystem, name) = ReadPackage(ref look);
            if (DistributionRelease.OfEcosystem(ecosystem, out var isElsewhere) is not { } release || !sink.IsWanted(release, name))
            {
                reader.Skip();
                continue;
            }
            var (ranges, versions) = (new List<IReadOnlyList<RangeEvent>>(), new List<string>());
            while (NextMember(ref reader))
            {
                if (Take(ref reader, "versions"u8))
                    ReadTexts(ref reader, versions);
                else if (Take(ref reader, "ranges"u8))
                    ReadRanges(ref reader, ranges);
                else
                    SkipMember(ref reader);
            }
            affected.Add((release, name, new(versions.ToHashSet(StringComparer.Ordinal), ranges, release.VersionOrder, isElsewhere)));
        }
    }

    static (string Ecosystem, string Name) ReadPackage(ref Utf8JsonReader reader)
    {
        while (NextMember(ref reader))
        {
            if (!Take(ref reader, "package"u8))
            {
                SkipMember(ref reader);
                continue;
            }
            var (ecosystem, name) = ("", "");
            if (reader.TokenType != JsonTokenType.StartObject)
                return ("", "");
            while (NextMember(ref reader))
            {
                if (Take(ref reader, "ecosystem"u8))
                    ecosystem = ReadText(ref reader);
                else if (Take(ref reader, "name"u8))
                    name = ReadText(ref reader);
                else
                    SkipMember(ref reader);
            }
            return (ecosystem, name);
        }
        return ("", "");
    }

    static void ReadRanges(ref Utf8JsonReader reader, List<IReadOnlyList<RangeEvent>> ranges)
    {
        if (!BeginList(ref reader))
            return;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                reader.Skip();
                continue;
            }
            var (type, events) = ("", new List<RangeEvent>());
            while (NextMember(ref reader))
            {
                if (Take(ref reader, "type"u8))
                    type = ReadText(ref reader);
                else if (Take(ref reader, "events"u8))
                    ReadEvents(ref reader, events);
                else
                    SkipMember(ref reader);
            }
            // Commits and semantic versions are not those of packages.
            if (type == "ECOSYSTEM")
                ranges.Add(events);
        }
    }

    static void ReadEvents(ref Utf8JsonReader reader, List<RangeEvent> events)
    {
        if (!BeginList(ref reader))
            return;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                reader.Skip();
                continue;
            }
            while (NextMember(ref reader))
            {
                RangeEventKind? kind = Take(ref reader, "introduced"u8) ? RangeEventKind.Introduced
                    : Take(ref reader, "fixed"u8) ? RangeEventKind.Fixed
                    : Take(ref reader, "last_affected"u8) ? RangeEventKind.LastAffected
                    : Take(ref reader, "limit"u8) ? RangeEventKind.Limit
                    : null;
                if (kind is null)
                    SkipMember(ref reader);
                else if (ReadText(ref reader) is { Length: > 0 } at)
                    events.Add(new(kind.Value, at));
            }
        }
    }

    // [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/…"}], or of Ubuntu its own words.
    static string ReadSeverity(ref Utf8JsonReader reader)
    {
        var severity = "";
        if (!BeginList(ref reader))
            return severity;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                reader.Skip();
                continue;
            }
            while (NextMember(ref reader))
            {
                if (Take(ref reader, "score"u8))
                    severity = ReadText(ref reader);
                else
                    SkipMember(ref reader);
            }
        }
        return severity;
    }

    /// <summary>Goes to the name of the next member of the object that the reader is in.</summary>
    static bool NextMember(ref Utf8JsonReader reader) => reader.Read() && reader.TokenType == JsonTokenType.PropertyName;

    /// <summary>Goes to the value of a member where it has that name.</summary>
    static bool Take(ref Utf8JsonReader reader, ReadOnlySpan<byte> name) => reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals(name) && reader.Read();

    static void SkipMember(ref Utf8JsonReader reader) => reader.Skip();

    static bool BeginList(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.StartArray)
            return true;
        reader.Skip();
        return false;
    }

    /// <summary>Empty for what is no text.</summary>
    static string ReadText(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.String)
            return reader.GetString()!;
        reader.Skip();
        return "";
    }

    static void ReadTexts(ref Utf8JsonReader reader, List<string> texts)
    {
        if (!BeginList(ref reader))
            return;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            if (ReadText(ref reader) is { Length: > 0 } text)
                texts.Add(text);
    }
}
