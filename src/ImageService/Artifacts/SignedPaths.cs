using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace ImageSdk.ImageService.Artifacts;

/// <summary>
/// Addresses of objects that the service answers itself, <c>/artifacts/BUCKET/KEY?use=put&amp;expires=SECONDS&amp;signature=HEX</c>: whoever has one needs
/// no identity until it expires.
/// </summary>
sealed class SignedPaths(byte[] key)
{
    public const string Prefix = "/artifacts/", MetadataPrefix = "x-amz-meta-";

    const int KeyLength = 32;

    /// <summary>Reads the key that signs, or makes one: addresses hold beyond a restart.</summary>
    /// <exception cref="IOException">There can be none.</exception>
    public static SignedPaths Open(string file)
    {
        if (TryRead() is { } known)
            return new(known);
        var incoming = $"{file}.{Guid.NewGuid():n}~";
        using (var output = new FileStream(incoming, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite }))
            output.Write(RandomNumberGenerator.GetBytes(KeyLength));
        try
        {
            File.Move(incoming, file);
        }
        catch (IOException) when (File.Exists(file))
        {
            // Another service over the same directory was first.
            File.Delete(incoming);
        }
        return new(TryRead() ?? throw new IOException($"{file} has no key: remove it"));

        byte[]? TryRead() => File.Exists(file) && File.ReadAllBytes(file) is { Length: KeyLength } read ? read : null;
    }

    /// <summary>Path and query of an address.</summary>
    public string Sign(ArtifactPath path, SignedUse use, DateTimeOffset expires)
    {
        var seconds = expires.ToUnixTimeSeconds();
        var key = string.Join('/', path.Key.Split('/').Select(Uri.EscapeDataString));
        return $"{Prefix}{Uri.EscapeDataString(path.Bucket)}/{key}?use={WordOf(use)}&expires={seconds}&signature={SignatureOf(path, use, seconds)}";
    }

    /// <summary>Whether an address is one of ours, and still holds.</summary>
    public bool Holds(ArtifactPath path, SignedUse use, string? expires, string? signature, DateTimeOffset now) =>
        long.TryParse(expires, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && now.ToUnixTimeSeconds() < seconds
        && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(signature ?? ""), Encoding.UTF8.GetBytes(SignatureOf(path, use, seconds)));

    public static string WordOf(SignedUse use) => use == SignedUse.Put ? "put" : "fetch";

    // No part has a line break in it but the key, which comes last.
    string SignatureOf(ArtifactPath path, SignedUse use, long expires) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{WordOf(use)}\n{expires}\n{Uri.EscapeDataString(path.Bucket)}\n{path.Key}"))));
}
