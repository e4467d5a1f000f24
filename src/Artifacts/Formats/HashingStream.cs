using System.Security.Cryptography;
using ImageSdk.Posix;

namespace ImageSdk.Artifacts.Formats;

/// <summary>Passes on what is written, and knows its SHA-256 and length. Does not close what is below.</summary>
sealed class HashingStream(Stream below) : ForwardStream
{
    readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    long length;

    /// <summary>Of all that was written so far, as OCI writes it: "sha256:…".</summary>
    public string Digest => $"sha256:{Convert.ToHexStringLower(hash.GetCurrentHash())}";

    public override bool CanRead => false;

    public override bool CanWrite => true;

    public override long Length => length;

    public override long Position { get => length; set => throw new NotSupportedException(); }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        below.Write(buffer);
        hash.AppendData(buffer);
        length += buffer.Length;
    }

    public override void Flush() => below.Flush();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            hash.Dispose();
        base.Dispose(disposing);
    }
}
