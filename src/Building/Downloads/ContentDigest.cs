using System.Security.Cryptography;

namespace ImageSdk.Building.Downloads;

/// <summary>What a content is recognized by.</summary>
/// <param name="Algorithm">"sha256" or "sha512".</param>
/// <param name="Hex">In lower case.</param>
sealed record ContentDigest(string Algorithm, string Hex)
{
    const int BufferSize = 1 << 20;

    static readonly (string Algorithm, HashAlgorithmName Name, int Digits)[] known =
        [("sha256", HashAlgorithmName.SHA256, 64), ("sha512", HashAlgorithmName.SHA512, 128)];

    /// <summary>Reads "sha256:HEX" or "sha512:HEX"; null where it is neither.</summary>
    public static ContentDigest? TryParse(string text) =>
        text.Split(':') is [var algorithm, var hex] && TryParseHex(hex) is { } digest && digest.Algorithm.Equals(algorithm, StringComparison.OrdinalIgnoreCase) ? digest : null;

    /// <summary>Reads digits, which tell by their number what they are.</summary>
    public static ContentDigest? TryParseHex(string hex) =>
        Array.Find(known, one => one.Digits == hex.Length) is { Algorithm: not null } found && hex.All(char.IsAsciiHexDigit) ? new(found.Algorithm, hex.ToLowerInvariant()) : null;

    /// <summary>The SHA-256 of bytes.</summary>
    public static ContentDigest Of(byte[] content) => new("sha256", Convert.ToHexStringLower(SHA256.HashData(content)));

    /// <summary>Reads a file whole.</summary>
    public static async Task<ContentDigest> OfAsync(string file, string algorithm, CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(Array.Find(known, one => one.Algorithm == algorithm).Name);
        await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read, 1, useAsync: false);
        var buffer = new byte[BufferSize];
        while (await stream.ReadAsync(buffer, cancellation) is > 0 and var count)
            hash.AppendData(buffer, 0, count);
        return new(algorithm, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    public override string ToString() => $"{Algorithm}:{Hex}";
}
