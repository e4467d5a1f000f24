using System.Text;
using System.Text.Json;
using ImageSdk.Images;

namespace ImageSdk.Attestations.Signing;

/// <summary>What is signed of a document about an image: a statement that names the image's tree. A provenance is one itself, a bill of materials is put into one.</summary>
public static class DocumentStatement
{
    static readonly Dictionary<string, string> predicates = new()
    {
        [AttestationKinds.Spdx] = "https://spdx.dev/Document/v2.3", [AttestationKinds.CycloneDx] = "https://cyclonedx.org/bom/v1.6",
    };

    /// <param name="treeHash">Of the image, in hexadecimal digits.</param>
    public static byte[] Write(string kind, byte[] document, string name, string treeHash) => kind == AttestationKinds.Provenance ? document : AttestationJson.Write(json =>
    {
        json.WriteString("_type", "https://in-toto.io/Statement/v1");
        json.List("subject", [treeHash], hash => json.Element(() =>
        {
            json.WriteString("name", name);
            json.Member("digest", () => json.WriteString(ImageDescription.TreeDigest, hash));
        }));
        json.WriteString("predicateType", predicates[kind]);
        json.WritePropertyName("predicate");
        json.WriteRawValue(document.AsSpan().TrimEnd("\n"u8));
    }, indented: false);

    /// <summary>Why a statement does not vouch for a document and an image; null where it does.</summary>
    public static string? FindFault(string kind, byte[] statement, byte[] document, string treeHash)
    {
        try
        {
            using var read = JsonDocument.Parse(statement);
            var signed = kind == AttestationKinds.Provenance ? statement : Encoding.UTF8.GetBytes(read.RootElement.GetProperty("predicate").GetRawText());
            if (kind != AttestationKinds.Provenance && read.RootElement.GetProperty("predicateType").GetString() != predicates[kind])
                return "what is signed is a document of another kind";
            if (!signed.AsSpan().TrimEnd("\n"u8).SequenceEqual(document.AsSpan().TrimEnd("\n"u8)))
                return "it is not the document that was signed";
            return read.RootElement.GetProperty("subject").EnumerateArray().Any(subject => subject.GetProperty("digest").TryGetProperty(ImageDescription.TreeDigest, out var hash) && hash.GetString() == treeHash)
                ? null : $"it is about another image: the tree of this one is {treeHash}";
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return "what is signed is no statement about an image";
        }
    }
}
