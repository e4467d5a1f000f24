using System.Text.Encodings.Web;
using System.Text.Json;
using ImageSdk.Advisories.Auditing;

namespace ImageSdk.Advisories.Reports;

/// <summary>An audit in JSON, with all images, affected or not.</summary>
static class JsonReport
{
    static readonly JsonWriterOptions options = new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Write(Stream output, AuditReport report)
    {
        using (var json = new Utf8JsonWriter(output, options))
        {
            json.WriteStartObject();
            json.WriteNumber("advisories", report.Advisories);
            json.WriteNumber("affected", report.Affected);
            json.WriteStartArray("images");
            foreach (var image in report.Images)
            {
                Write(json, image);
                // The writer keeps all until it is asked not to.
                json.Flush();
            }
            json.WriteEndArray();
            json.WriteStartArray("rebuild");
            foreach (var stream in report.Rebuilds)
            {
                json.WriteStartObject();
                json.WriteString("stream", stream.Stream);
                json.WriteBoolean("updateLock", stream.NeedsLock);
                Write(json, "packages", stream.Mended);
                json.WriteNumber("remaining", stream.Remaining);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        output.WriteByte((byte)'\n');
    }

    static void Write(Utf8JsonWriter json, ImageFindings image)
    {
        json.WriteStartObject();
        json.WriteString("name", image.Image.Name);
        if (image.Image.Stream.Length > 0)
            json.WriteString("stream", image.Image.Stream);
        if (image.Image.Release is { } release)
            json.WriteString("release", release.ToString());
        json.WriteNumber("packages", image.Image.Packages.Count);
        if (AuditWords.Uncovered(image) is { } reason)
            json.WriteString("fault", reason);
        json.WriteStartArray("findings");
        foreach (var package in image.Packages)
            foreach (var finding in package.Findings)
                Write(json, package, finding);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    static void Write(Utf8JsonWriter json, VulnerablePackage package, Finding finding)
    {
        json.WriteStartObject();
        json.WriteString("package", package.Name);
        json.WriteString("version", package.Version);
        Write(json, "binaries", package.Binaries);
        json.WriteString("advisory", finding.Advisory.Id);
        Write(json, "aliases", finding.Advisory.Aliases);
        if (finding.Advisory.Severity.Length > 0)
            json.WriteString("severity", finding.Advisory.Severity);
        if (finding.FixedIn is { } fix)
            json.WriteString("fixedIn", fix);
        json.WriteString("remedy", finding.Remedy switch
        {
            Remedy.Rebuild => "rebuild",
            Remedy.UpdateLock => "updateLock",
            Remedy.NotInArchive => "notInArchive",
            _ => "none",
        });
        json.WriteEndObject();
    }

    static void Write(Utf8JsonWriter json, string name, IReadOnlyList<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
            json.WriteStringValue(value);
        json.WriteEndArray();
    }
}
