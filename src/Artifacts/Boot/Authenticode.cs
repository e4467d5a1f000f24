using System.Formats.Asn1;
using System.Security.Cryptography;

namespace ImageSdk.Artifacts.Boot;

/// <summary>
/// Signatures of programs as UEFI checks them: Microsoft's Authenticode, which is PKCS #7 version 1.5, with SHA-256 and RSA. There
/// is no time in them, so that equal input gives equal bytes. Written here, as what .NET has for it (SignedCms) wraps the content as
/// later versions of the standard do, which firmware does not take.
/// </summary>
static class Authenticode
{
    const string SignedData = "1.2.840.113549.1.7.2";
    const string ContentType = "1.2.840.113549.1.9.3";
    const string MessageDigest = "1.2.840.113549.1.9.4";
    const string Sha256 = "2.16.840.1.101.3.4.2.1";
    const string Rsa = "1.2.840.113549.1.1.1";
    const string IndirectData = "1.3.6.1.4.1.311.2.1.4";
    const string PeImageData = "1.3.6.1.4.1.311.2.1.15";

    static readonly Asn1Tag Zero = new(TagClass.ContextSpecific, 0, isConstructed: true);

    /// <param name="digest">SHA-256 of the program, without what the signature changes.</param>
    public static byte[] Sign(ReadOnlySpan<byte> digest, SecureBootKey key)
    {
        var content = Content(digest);
        // Over what the sequence has in it.
        AsnDecoder.ReadSequence(content, AsnEncodingRules.DER, out var start, out var length, out _);
        var attributes = Attributes(SHA256.HashData(content.AsSpan(start, length)));
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(SignedData);
            using (writer.PushSequence(Zero))
            using (writer.PushSequence())
            {
                writer.WriteInteger(1);
                using (writer.PushSetOf())
                    WriteAlgorithm(writer, Sha256);
                using (writer.PushSequence())
                {
                    writer.WriteObjectIdentifier(IndirectData);
                    using (writer.PushSequence(Zero))
                        writer.WriteEncodedValue(content);
                }
                using (writer.PushSetOf(Zero))
                    writer.WriteEncodedValue(key.Certificate.RawData);
                using (writer.PushSetOf())
                    WriteSigner(writer, attributes, key);
            }
        }
        return writer.Encode();
    }

    static byte[] Content(ReadOnlySpan<byte> digest)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier(PeImageData);
                using (writer.PushSequence())
                {
                    writer.WriteBitString([]);
                    using (writer.PushSequence(Zero))
                    using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 2, isConstructed: true)))
                        writer.WriteCharacterString(UniversalTagNumber.BMPString, "<<<Obsolete>>>", new Asn1Tag(TagClass.ContextSpecific, 0));
                }
            }
            using (writer.PushSequence())
            {
                WriteAlgorithm(writer, Sha256);
                writer.WriteOctetString(digest);
            }
        }
        return writer.Encode();
    }

    /// <summary>What the signature is over: a set.</summary>
    static byte[] Attributes(ReadOnlySpan<byte> digest)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSetOf())
        {
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier(ContentType);
                using (writer.PushSetOf())
                    writer.WriteObjectIdentifier(IndirectData);
            }
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier(MessageDigest);
                using (writer.PushSetOf())
                    writer.WriteOctetString(digest);
            }
        }
        return writer.Encode();
    }

    static void WriteSigner(AsnWriter writer, byte[] attributes, SecureBootKey key)
    {
        using (writer.PushSequence())
        {
            writer.WriteInteger(1);
            using (writer.PushSequence())
            {
                writer.WriteEncodedValue(key.Certificate.IssuerName.RawData);
                writer.WriteInteger(key.Certificate.SerialNumberBytes.Span);
            }
            WriteAlgorithm(writer, Sha256);
            // The same set under another tag.
            var tagged = attributes.ToArray();
            tagged[0] = 0xA0;
            writer.WriteEncodedValue(tagged);
            WriteAlgorithm(writer, Rsa);
            writer.WriteOctetString(key.Sign(attributes));
        }
    }

    static void WriteAlgorithm(AsnWriter writer, string identifier)
    {
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(identifier);
            writer.WriteNull();
        }
    }
}
