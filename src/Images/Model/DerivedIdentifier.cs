using System.Security.Cryptography;
using System.Text;

namespace ImageSdk.Images;

/// <summary>Identifiers of what is made of an image: the same whenever it is made of the same.</summary>
public static class DerivedIdentifier
{
    /// <param name="text">What it is derived from.</param>
    /// <returns>A UUID of version 8, whose bits are made by rules of one's own (RFC 9562).</returns>
    public static Guid Of(string text)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(text));
        hash[6] = (byte)((hash[6] & 0x0F) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash.AsSpan(0, 16), bigEndian: true);
    }
}
