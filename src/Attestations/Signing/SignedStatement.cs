using System.Text;
using System.Text.Json;

namespace ImageSdk.Attestations.Signing;

/// <summary>
/// An in-toto statement in a DSSE envelope (https://github.com/secure-systems-lab/dsse) in a bundle of Sigstore (version 0.3), which other tools verify.
/// </summary>
/// <param name="Payload">The statement.</param>
/// <param name="Certificate">In DER; null for a signature by a plain key.</param>
public sealed record SignedStatement(byte[] Payload, byte[] Signature, byte[]? Certificate)
{
    const string PayloadType = "application/vnd.in-toto+json";
    const string MediaType = "application/vnd.dev.sigstore.bundle.v0.3+json";
    const int LongestFile = 512 << 20;

    /// <summary>File of the bundle of a document: app.spdx.json has app.spdx.sigstore.json.</summary>
    public static string FileOf(string document) => document[..^".json".Length] + ".sigstore.json";

    /// <returns>The bundle.</returns>
    public static byte[] Write(byte[] statement, SigningKey key) => AttestationJson.Write(json =>
    {
        json.WriteString("mediaType", MediaType);
        json.Member("verificationMaterial", () =>
        {
            if (key.Certificate is { } certificate)
                json.Member("certificate", () => json.WriteBase64String("rawBytes", certificate.RawData));
            else
                json.Member("publicKey", () => json.WriteString("hint", key.Id));
            json.List("tlogEntries", Array.Empty<string>(), json.WriteStringValue);
        });
        json.Member("dsseEnvelope", () =>
        {
            json.WriteBase64String("payload", statement);
            json.WriteString("payloadType", PayloadType);
            json.List("signatures", [key.Sign(Encode(statement))], signature => json.Element(() =>
            {
                json.WriteBase64String("sig", signature);
                json.WriteString("keyid", key.Certificate is null ? key.Id : "");
            }));
        });
    });

    /// <exception cref="InvalidDataException">It is no such bundle.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static SignedStatement Read(string file)
    {
        if (new FileInfo(file).Length > LongestFile)
            throw new InvalidDataException("it is longer than any bundle");
        try
        {
            using var bundle = JsonDocument.Parse(File.ReadAllBytes(file));
            var envelope = bundle.RootElement.GetProperty("dsseEnvelope");
            if (envelope.GetProperty("payloadType").GetString() != PayloadType || envelope.GetProperty("signatures").GetArrayLength() != 1)
                throw new InvalidDataException("it is no bundle of one signed in-toto statement");
            var certificate = bundle.RootElement.GetProperty("verificationMaterial").TryGetProperty("certificate", out var found) ? found.GetProperty("rawBytes").GetBytesFromBase64() : null;
            return new(envelope.GetProperty("payload").GetBytesFromBase64(), envelope.GetProperty("signatures")[0].GetProperty("sig").GetBytesFromBase64(), certificate);
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new InvalidDataException("it is no bundle of Sigstore", exception);
        }
    }

    /// <summary>Why the signature does not count; null where it does.</summary>
    public string? FindFault(DocumentVerifier verifier) => verifier.FindFault(Encode(Payload), Signature, Certificate);

    // What is signed: the type is part of it (PAE).
    static byte[] Encode(byte[] payload) => [.. Encoding.UTF8.GetBytes($"DSSEv1 {PayloadType.Length} {PayloadType} {payload.Length} "), .. payload];
}
