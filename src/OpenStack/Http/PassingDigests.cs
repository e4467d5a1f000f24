using System.Security.Cryptography;

namespace ImageSdk.OpenStack.Http;

/// <summary>The digests of a body that passes by: those that Glance and Swift compute.</summary>
sealed class PassingDigests : IDisposable
{
#pragma warning disable CA5351 // The services' own check against damage on the way; nothing relies on it for more.
    readonly IncrementalHash md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
#pragma warning restore CA5351
    readonly IncrementalHash sha512 = IncrementalHash.CreateHash(HashAlgorithmName.SHA512);

    public void Add(ReadOnlySpan<byte> bytes)
    {
        md5.AppendData(bytes);
        sha512.AppendData(bytes);
    }

    public ContentDigests Finish(long size) => new(size, Hex(md5), Hex(sha512));

    static string Hex(IncrementalHash hash) => Convert.ToHexStringLower(hash.GetHashAndReset());

    public void Dispose()
    {
        md5.Dispose();
        sha512.Dispose();
    }
}
