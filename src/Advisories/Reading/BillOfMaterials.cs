using System.Text.Json;

namespace ImageSdk.Advisories.Reading;

/// <summary>
/// A bill of materials (SPDX or CycloneDX, in JSON, of whatever tool): the packages of distributions in it, by their package URLs, which all forms have.
/// </summary>
/// <remarks>Images share most of their packages: what was read of one is known in the next.</remarks>
public sealed class BillOfMaterials
{
    const int LongestToken = 64 << 20;

    readonly Dictionary<string, PackageUrl?> known = new(StringComparer.Ordinal);

    delegate void Handler(ref Utf8JsonReader reader);

    /// <param name="name">What the image is to be called.</param>
    /// <exception cref="AdvisoryException">It is no JSON, or has no packages of a distribution.</exception>
    public AuditedImage Read(Stream stream, string name) => TryRead(stream, name)
        ?? throw new AdvisoryException($"{name} has no packages of a distribution: expected is a bill of materials (SPDX, CycloneDX) with their package URLs");

    /// <returns>Null where it has no packages of a distribution.</returns>
    /// <inheritdoc cref="Read"/>
    public AuditedImage? TryRead(Stream stream, string name)
    {
        var packages = new Dictionary<AuditedPackage, AuditedPackage>();
        var releases = new Dictionary<DistributionRelease, int>();
        var isPurl = false;
        try
        {
            ReadTokens(stream, (ref reader) =>
            {
                if (reader.TokenType == JsonTokenType.PropertyName)
                    isPurl = reader.ValueTextEquals("purl"u8) || reader.ValueTextEquals("referenceLocator"u8) || reader.ValueTextEquals("software_packageUrl"u8) || reader.ValueTextEquals("packageUrl"u8);
                else if (isPurl && reader.TokenType == JsonTokenType.String && Parse(reader.GetString()!) is { } found)
                {
                    packages.TryAdd(found.Package, found.Package);
                    if (found.Release is { } release)
                        releases[release] = releases.GetValueOrDefault(release) + 1;
                }
            });
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new AdvisoryException($"{name} is no bill of materials in JSON: {exception.Message}", exception);
        }
        return packages.Count > 0
            ? new(name, releases.Count > 0 ? releases.MaxBy(release => release.Value).Key : null, [.. packages.Values])
            : null;
    }

    PackageUrl? Parse(string text)
    {
        if (!known.TryGetValue(text, out var parsed))
            known.Add(text, parsed = PackageUrl.TryParse(text));
        return parsed;
    }

    static void ReadTokens(Stream stream, Handler handle)
    {
        var buffer = new byte[1 << 16];
        var length = 0;
        var state = new JsonReaderState();
        for (var isWhole = false; !isWhole;)
        {
            if (length == buffer.Length)
                Array.Resize(ref buffer, buffer.Length < LongestToken ? buffer.Length * 2 : throw new JsonException("a text in it is too long"));
            var read = stream.ReadAtLeast(buffer.AsSpan(length), buffer.Length - length, throwOnEndOfStream: false);
            isWhole = length + read < buffer.Length;
            length += read;
            // A mark of the encoding, which some tools write.
            var skipped = state.Equals(default(JsonReaderState)) && buffer.AsSpan(0, length).StartsWith("\uFEFF"u8) ? 3 : 0;
            var reader = new Utf8JsonReader(buffer.AsSpan(skipped, length - skipped), isWhole, state);
            while (reader.Read())
                handle(ref reader);
            var consumed = skipped + (int)reader.BytesConsumed;
            state = reader.CurrentState;
            buffer.AsSpan(consumed, length - consumed).CopyTo(buffer);
            length -= consumed;
        }
    }
}
