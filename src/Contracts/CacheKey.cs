using System.Security.Cryptography;
using System.Text;

namespace ImageSdk.Contracts;

/// <summary>Names of what the build cache holds: SHA-256 over all that a result depends on, in lower-case hexadecimal digits.</summary>
static class CacheKey
{
    /// <summary>Long enough to be unique, short enough for the kernel's list of layers.</summary>
    const int IdLength = 24;

    /// <summary>The key of what depends on these parts, in their order.</summary>
    public static string Of(params ReadOnlySpan<string> parts)
    {
        using var hasher = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> length = stackalloc byte[4];
        foreach (var part in parts)
        {
            var bytes = Encoding.UTF8.GetBytes(part);
            BitConverter.TryWriteBytes(length, bytes.Length);
            hasher.AppendData(length);
            hasher.AppendData(bytes);
        }
        return Convert.ToHexStringLower(hasher.GetHashAndReset());
    }

    /// <summary>A key that no other build comes to, for a result that is good for this one alone.</summary>
    public static string Provisional(string id) => Of("provisional", id, Guid.NewGuid().ToString());

    /// <summary>The name of an entry from its key.</summary>
    public static string IdOf(string key) => key[..IdLength];

    public static bool IsId(string text) => text.Length == IdLength && text.All(char.IsAsciiHexDigitLower);
}
