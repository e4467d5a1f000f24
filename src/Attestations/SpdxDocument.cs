using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace ImageSdk.Attestations;

/// <summary>
/// A bill of materials as SPDX 2.3 has it in JSON: the image, the image that it is built on, its packages with what they depend
/// on, and the files that the project added, which are a package of their own.
/// </summary>
sealed partial class SpdxDocument(ImageDescription image)
{
    const string Unknown = "NOASSERTION";
    const string ImageId = "SPDXRef-Image";
    const string SourceId = "SPDXRef-SourceImage";
    const string FilesId = "SPDXRef-AddedFiles";

    readonly Dictionary<string, string> idsByPurl = image.Packages.ToDictionary(package => package.Purl, IdOf);

    public byte[] Write() => AttestationJson.Write(json =>
    {
        json.WriteString("spdxVersion", "SPDX-2.3");
        json.WriteString("dataLicense", "CC0-1.0");
        json.WriteString("SPDXID", "SPDXRef-DOCUMENT");
        json.WriteString("name", $"{image.Stream}/{image.Version}");
        json.WriteString("documentNamespace", $"urn:uuid:{image.UuidFor("spdx")}");
        json.Member("creationInfo", () =>
        {
            json.WriteString("created", image.CreatedText);
            json.List("creators", [$"Tool: ImageSdk-{SdkVersion.Text}"], json.WriteStringValue);
        });
        json.List("documentDescribes", [ImageId], json.WriteStringValue);
        json.WriteStartArray("packages");
        WriteImage(json);
        if (image.Source is { } source)
            WriteSource(json, source);
        foreach (var package in image.Packages)
            WritePackage(json, package);
        if (HasAdded)
            WriteAdded(json);
        json.WriteEndArray();
        if (image.Files.Count > 0)
            json.List("files", image.Files, file => WriteFile(json, file));
        if (image.Texts.Count > 0)
            json.List("hasExtractedLicensingInfos", image.Texts, text => json.Element(() =>
            {
                json.WriteString("licenseId", text.Key);
                json.WriteString("name", text.Value.Name);
                json.WriteString("extractedText", text.Value.Text);
            }));
        json.List("relationships", Relationships(), relation => json.Element(() =>
        {
            json.WriteString("spdxElementId", relation.From);
            json.WriteString("relationshipType", relation.Type);
            json.WriteString("relatedSpdxElement", relation.To);
        }));
    }, image.IsForPeople);

    bool HasAdded => image.Files.Count > 0 || image.Unlisted is not null;

    IEnumerable<(string From, string Type, string To)> Relationships()
    {
        yield return ("SPDXRef-DOCUMENT", "DESCRIBES", ImageId);
        if (image.Source is not null)
            yield return (ImageId, "DESCENDANT_OF", SourceId);
        foreach (var package in image.Packages)
            yield return (ImageId, "CONTAINS", idsByPurl[package.Purl]);
        if (HasAdded)
            yield return (ImageId, "CONTAINS", FilesId);
        foreach (var file in image.Files)
            yield return (FilesId, "CONTAINS", IdOf(file));
        foreach (var package in image.Packages)
            foreach (var needed in package.DependsOn)
                yield return (idsByPurl[package.Purl], "DEPENDS_ON", idsByPurl[needed]);
    }

    void WriteImage(Utf8JsonWriter json) => json.Element(() =>
    {
        json.WriteString("SPDXID", ImageId);
        json.WriteString("name", image.Stream);
        json.WriteString("versionInfo", image.Version);
        json.WriteString("primaryPackagePurpose", "OPERATING_SYSTEM");
        json.Text("summary", image.System.Name);
        WriteUnread(json);
        WriteTreeHash(json, image.TreeHash);
    });

    static void WriteSource(Utf8JsonWriter json, DescribedSource source) => json.Element(() =>
    {
        json.WriteString("SPDXID", SourceId);
        json.WriteString("name", source.Name);
        json.WriteString("primaryPackagePurpose", "OPERATING_SYSTEM");
        WriteUnread(json);
        WriteTreeHash(json, source.TreeHash);
    });

    // A tree has no bytes of its own that a checksum could be of.
    static void WriteTreeHash(Utf8JsonWriter json, string hash)
    {
        if (hash.Length > 0)
            json.List("externalRefs", [hash], _ => WriteReference(json, "OTHER", ImageDescription.TreeDigest, hash));
    }

    static void WriteUnread(Utf8JsonWriter json)
    {
        json.WriteString("downloadLocation", Unknown);
        json.WriteBoolean("filesAnalyzed", false);
        json.WriteString("licenseConcluded", Unknown);
        json.WriteString("licenseDeclared", Unknown);
        json.WriteString("copyrightText", Unknown);
    }

    void WritePackage(Utf8JsonWriter json, DescribedPackage described) => json.Element(() =>
    {
        var package = described.Package;
        json.WriteString("SPDXID", idsByPurl[described.Purl]);
        json.WriteString("name", package.Name);
        json.WriteString("versionInfo", package.Version);
        json.WriteString("supplier", package.Vendor.Length > 0 ? $"Organization: {package.Vendor}" : AgentOf(package.Maintainer));
        json.WriteString("downloadLocation", Unknown);
        json.WriteBoolean("filesAnalyzed", false);
        if (described.Sha256.Length > 0)
            json.List("checksums", [described.Sha256], digest => WriteChecksum(json, "SHA256", digest));
        if (WebAddress.IsOne(package.Homepage))
            json.WriteString("homepage", package.Homepage);
        if (package.SourceName.Length > 0)
            json.WriteString("sourceInfo", $"built package from: {package.SourceName} {package.SourceVersion}");
        json.WriteString("licenseConcluded", Unknown);
        json.WriteString("licenseDeclared", package.Licence.Length > 0 ? package.Licence : Unknown);
        if (package.Licence.Length == 0 && package.CommonLicences.Count > 0)
            json.WriteString("licenseComments", $"The copyright file mentions {string.Join(", ", package.CommonLicences)}.");
        json.WriteString("copyrightText", Unknown);
        json.Text("summary", package.Summary);
        json.List("externalRefs", [described.Purl], purl => WriteReference(json, "PACKAGE-MANAGER", "purl", purl));
    });

    void WriteAdded(Utf8JsonWriter json) => json.Element(() =>
    {
        json.WriteString("SPDXID", FilesId);
        json.WriteString("name", $"files that the project adds to {image.Stream}");
        json.WriteString("versionInfo", image.Version);
        json.WriteString("downloadLocation", Unknown);
        json.WriteBoolean("filesAnalyzed", image.Unlisted is null);
        if (image.Unlisted is null)
            json.Member("packageVerificationCode", () => json.WriteString("packageVerificationCodeValue", VerificationCode()));
        json.WriteString("licenseConcluded", Unknown);
        if (image.Unlisted is null)
            json.List("licenseInfoFromFiles", [Unknown], json.WriteStringValue);
        json.WriteString("licenseDeclared", Unknown);
        json.WriteString("copyrightText", Unknown);
        if (image.Unlisted is { } unlisted)
        {
            json.WriteString("comment", unlisted.Text);
            json.List("externalRefs", [unlisted.Sha256], digest => WriteReference(json, "OTHER", UnlistedFiles.Digest, digest));
        }
    });

    // SHA-1 over the files' own, in their order, as the specification has it.
    string VerificationCode() => Convert.ToHexStringLower(
        SHA1.HashData(Encoding.ASCII.GetBytes(string.Concat(image.Files.Select(file => file.Digests.Sha1).Order(StringComparer.Ordinal)))));

    static void WriteFile(Utf8JsonWriter json, DescribedFile file) => json.Element(() =>
    {
        json.WriteString("SPDXID", IdOf(file));
        json.WriteString("fileName", $"./{file.Path}");
        json.WriteStartArray("checksums");
        WriteChecksum(json, "SHA1", file.Digests.Sha1);
        WriteChecksum(json, "SHA256", file.Digests.Sha256);
        WriteChecksum(json, "SHA512", file.Sha512);
        json.WriteEndArray();
        json.WriteString("licenseConcluded", Unknown);
        json.List("licenseInfoInFiles", [Unknown], json.WriteStringValue);
        json.WriteString("copyrightText", Unknown);
        json.WriteString("comment", $"Brought by {file.Stage}.");
    });

    static void WriteChecksum(Utf8JsonWriter json, string algorithm, string value) => json.Element(() =>
    {
        json.WriteString("algorithm", algorithm);
        json.WriteString("checksumValue", value);
    });

    static void WriteReference(Utf8JsonWriter json, string category, string type, string locator) => json.Element(() =>
    {
        json.WriteString("referenceCategory", category);
        json.WriteString("referenceType", type);
        json.WriteString("referenceLocator", locator);
    });

    static string AgentOf(string maintainer) => Maintainer.Parse(maintainer) switch
    {
        null => Unknown,
        { Address.Length: > 0 } who => $"{(who.IsGroup ? "Organization" : "Person")}: {who.Name} ({who.Address})",
        var who => $"{(who.IsGroup ? "Organization" : "Person")}: {who.Name}",
    };

    // Names have letters that identifiers must not have; the digest keeps those apart that come out equal.
    static string IdOf(DescribedPackage package) => $"SPDXRef-Package-{NotOfIds().Replace(package.Package.Name, "-")}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(package.Purl)).AsSpan(0, 8))}";

    static string IdOf(DescribedFile file) => $"SPDXRef-File-{file.Id}";

    [GeneratedRegex("[^A-Za-z0-9.-]")]
    private static partial Regex NotOfIds();
}
