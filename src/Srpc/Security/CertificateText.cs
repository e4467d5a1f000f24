using System.Buffers;
using System.Formats.Asn1;
using System.Text;

namespace ImageSdk.Srpc;

/// <summary>
/// The strings of certificates, read as Go reads them: stricter readers refuse certificates that sites have, such as those
/// with <c>*</c> or <c>&amp;</c> in a PrintableString.
/// </summary>
static class CertificateText
{
    static readonly UTF8Encoding strictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    static readonly UnicodeEncoding strictUtf16 = new(bigEndian: true, byteOrderMark: false, throwOnInvalidBytes: true);

    static readonly SearchValues<byte> printable = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 '()+,-./:=?*&"u8);

    static readonly SearchValues<byte> numeric = SearchValues.Create("0123456789 "u8);

    /// <summary>Reads the next value, which has to be a string of one of the kinds that certificates have.</summary>
    /// <exception cref="AsnContentException">It is no string, or has characters that its kind has not.</exception>
    public static string Read(AsnReader reader)
    {
        var tag = reader.PeekTag();
        if (tag.TagClass != TagClass.Universal || tag.IsConstructed)
            throw new AsnContentException($"a string was expected, not {tag}");
        var kind = (UniversalTagNumber)tag.TagValue;
        var value = reader.PeekContentBytes().Span;
        var text = kind switch
        {
            UniversalTagNumber.UTF8String => TryDecode(strictUtf8, value),
            UniversalTagNumber.PrintableString => value.ContainsAnyExcept(printable) ? null : Encoding.ASCII.GetString(value),
            UniversalTagNumber.NumericString => value.ContainsAnyExcept(numeric) ? null : Encoding.ASCII.GetString(value),
            UniversalTagNumber.IA5String => Ascii.IsValid(value) ? Encoding.ASCII.GetString(value) : null,
            // Their real encodings are extinct; what is found in them is Latin-1.
            UniversalTagNumber.T61String or UniversalTagNumber.GeneralString => Encoding.Latin1.GetString(value),
            UniversalTagNumber.BMPString => TryBmp(value),
            _ => throw new AsnContentException($"a string was expected, not {tag}"),
        };
        reader.ReadEncodedValue();
        return text ?? throw new AsnContentException($"a {kind} with characters that it cannot have");
    }

    // Some writers end it with a zero, as C does. It has no pairs of surrogates.
    static string? TryBmp(ReadOnlySpan<byte> value)
    {
        if (value is [.., 0, 0])
            value = value[..^2];
        return value.Length % 2 == 0 && TryDecode(strictUtf16, value) is { } text && !text.Any(char.IsSurrogate) ? text : null;
    }

    static string? TryDecode(Encoding encoding, ReadOnlySpan<byte> value)
    {
        try
        {
            return encoding.GetString(value);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}
