using System.Text.Json;
using System.Text.RegularExpressions;

namespace ImageSdk.Attestations;

/// <summary>A bill of materials as CycloneDX 1.6 has it in JSON, with what <see cref="SpdxDocument"/> says.</summary>
sealed partial class CycloneDxDocument(ImageDescription image)
{
    const string ImageReference = "image";

    public byte[] Write() => AttestationJson.Write(json =>
    {
        json.WriteString("$schema", "http://cyclonedx.org/schema/bom-1.6.schema.json");
        json.WriteString("bomFormat", "CycloneDX");
        json.WriteString("specVersion", "1.6");
        json.WriteString("serialNumber", $"urn:uuid:{image.UuidFor("cyclonedx")}");
        json.WriteNumber("version", 1);
        json.Member("metadata", () => WriteMetadata(json));
        json.WriteStartArray("components");
        if (image.System.Id.Length > 0)
            WriteSystem(json);
        foreach (var package in image.Packages)
            WritePackage(json, package);
        foreach (var file in image.Files)
            WriteFile(json, file);
        if (image.Unlisted is { } unlisted)
            WriteUnlisted(json, unlisted);
        json.WriteEndArray();
        json.WriteStartArray("dependencies");
        WriteDependency(json, ImageReference, image.Packages.Select(package => package.Purl));
        foreach (var package in image.Packages)
            WriteDependency(json, package.Purl, package.DependsOn);
        json.WriteEndArray();
    }, image.IsForPeople);

    void WriteMetadata(Utf8JsonWriter json)
    {
        json.WriteString("timestamp", image.CreatedText);
        json.List("lifecycles", ["build"], phase => json.Element(() => json.WriteString("phase", phase)));
        json.Member("tools", () => json.List("components", ["ImageSdk"], name => json.Element(() =>
        {
            json.WriteString("type", "application");
            json.WriteString("name", name);
            json.WriteString("version", SdkVersion.Text);
        })));
        json.Member("component", () =>
        {
            json.WriteString("type", "operating-system");
            json.WriteString("bom-ref", ImageReference);
            json.WriteString("name", image.Stream);
            json.WriteString("version", image.Version);
            json.Text("description", image.System.Name);
            if (image.Source is { } source)
                json.Member("pedigree", () => json.List("ancestors", [source], ancestor => json.Element(() =>
                {
                    json.WriteString("type", "operating-system");
                    json.WriteString("name", ancestor.Name);
                    WriteProperties(json, [(ImageDescription.TreeDigest, ancestor.TreeHash)]);
                })));
            WriteProperties(json, [(ImageDescription.TreeDigest, image.TreeHash), ("architecture", image.Architecture)]);
        });
    }

    // By this, scanners find out which list of faults is the right one.
    void WriteSystem(Utf8JsonWriter json) => json.Element(() =>
    {
        json.WriteString("type", "operating-system");
        json.WriteString("bom-ref", "operating-system");
        json.WriteString("name", image.System.Id);
        json.Text("version", image.System.VersionId);
        json.Text("description", image.System.Name);
    });

    static void WritePackage(Utf8JsonWriter json, DescribedPackage described) => json.Element(() =>
    {
        var package = described.Package;
        json.WriteString("type", "library");
        json.WriteString("bom-ref", described.Purl);
        if (package.Vendor.Length > 0)
            json.Member("supplier", () => json.WriteString("name", package.Vendor));
        else if (Maintainer.Parse(package.Maintainer) is { } maintainer)
            json.Member("supplier", () =>
            {
                json.WriteString("name", maintainer.Name);
                if (maintainer.Address.Length > 0)
                    json.List("contact", [maintainer.Address], address => json.Element(() => json.WriteString("email", address)));
            });
        json.WriteString("name", package.Name);
        json.WriteString("version", package.Version);
        json.Text("description", package.Summary);
        if (described.Sha256.Length > 0)
            json.List("hashes", [described.Sha256], digest => WriteHash(json, "SHA-256", digest));
        if (package.Licence.Length > 0)
            json.List("licenses", [package.Licence], licence => json.Element(() => WriteLicence(json, licence)));
        json.WriteString("purl", described.Purl);
        if (WebAddress.IsOne(package.Homepage))
            json.List("externalReferences", [package.Homepage], address => json.Element(() =>
            {
                json.WriteString("type", "website");
                json.WriteString("url", address);
            }));
        WriteProperties(json,
            [("architecture", package.Architecture), ("sourceName", package.SourceName), ("sourceVersion", package.SourceVersion), ("commonLicences", package.Licence.Length > 0 ? "" : string.Join(' ', package.CommonLicences))]);
    });

    // A single licence is given by its identifier, as not all readers look into expressions.
    static void WriteLicence(Utf8JsonWriter json, string licence)
    {
        if (Single().IsMatch(licence))
            json.Member("license", () => json.WriteString(licence.StartsWith("LicenseRef-", StringComparison.Ordinal) ? "name" : "id", licence));
        else
            json.WriteString("expression", licence);
    }

    static void WriteFile(Utf8JsonWriter json, DescribedFile file) => json.Element(() =>
    {
        json.WriteString("type", "file");
        json.WriteString("bom-ref", $"file:{file.Id}");
        json.WriteString("name", $"/{file.Path}");
        json.WriteStartArray("hashes");
        WriteHash(json, "SHA-1", file.Digests.Sha1);
        WriteHash(json, "SHA-256", file.Digests.Sha256);
        WriteHash(json, "SHA-512", file.Sha512);
        json.WriteEndArray();
        WriteProperties(json, [("stage", file.Stage)]);
    });

    void WriteUnlisted(Utf8JsonWriter json, UnlistedFiles unlisted) => json.Element(() =>
    {
        json.WriteString("type", "file");
        json.WriteString("bom-ref", "files");
        json.WriteString("name", $"files that the project adds to {image.Stream}");
        json.WriteString("description", unlisted.Text);
        WriteProperties(json, [("fileCount", $"{unlisted.Count}"), ("byteCount", $"{unlisted.Bytes}"), (UnlistedFiles.Digest, unlisted.Sha256)]);
    });

    static void WriteHash(Utf8JsonWriter json, string algorithm, string value) => json.Element(() =>
    {
        json.WriteString("alg", algorithm);
        json.WriteString("content", value);
    });

    static void WriteProperties(Utf8JsonWriter json, IEnumerable<(string Name, string Value)> properties)
    {
        var known = properties.Where(property => property.Value.Length > 0).ToList();
        if (known.Count > 0)
            json.List("properties", known, property => json.Element(() =>
            {
                json.WriteString("name", $"imagesdk:{property.Name}");
                json.WriteString("value", property.Value);
            }));
    }

    static void WriteDependency(Utf8JsonWriter json, string reference, IEnumerable<string> dependsOn) => json.Element(() =>
    {
        json.WriteString("ref", reference);
        json.List("dependsOn", dependsOn, json.WriteStringValue);
    });

    [GeneratedRegex("^[A-Za-z0-9.+-]+$")]
    private static partial Regex Single();
}
