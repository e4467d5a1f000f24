using System.Diagnostics.CodeAnalysis;
using System.Text;
using ImageSdk.Images.Text;

namespace ImageSdk.Images;

/// <summary>
/// A name or a link target as the file system has it: bytes, not text. Linux forbids only "/" and NUL in a name, so
/// no string encoding holds every name without loss. Compares bytewise, which is the order of every list in an image.
/// </summary>
public readonly struct ByteString : IEquatable<ByteString>, IComparable<ByteString>
{
    readonly byte[]? bytes;

    /// <summary>Takes the array as it is; the caller must not change it afterwards.</summary>
    public ByteString(byte[] bytes) => this.bytes = bytes;

    public ByteString(ReadOnlySpan<byte> bytes) => this.bytes = bytes.ToArray();

    /// <summary>The UTF-8 bytes of a text.</summary>
    public static ByteString FromText(string text) => new(Encoding.UTF8.GetBytes(text));

    public ReadOnlySpan<byte> Span => bytes;

    public int Length => bytes?.Length ?? 0;

    public bool IsEmpty => Length == 0;

    public static implicit operator ByteString(string text) => FromText(text);

    /// <summary>For people and for matching: decoded as UTF-8, each byte that is not UTF-8 shown as U+FFFD.</summary>
    public override string ToString() => PathText.ToText(Span);

    /// <summary>Of a rooted path, the path of its directory: "/" of "/etc".</summary>
    public ByteString ParentPath => new(Span[..Math.Max(1, Span.LastIndexOf((byte)'/'))]);

    /// <summary>Of a path, what is behind its last slash; all of it where there is none.</summary>
    public ByteString FileName => new(Span[(Span.LastIndexOf((byte)'/') + 1)..]);

    /// <summary>Whether this is a path below another one; both rooted, or both not.</summary>
    /// <param name="directory">Without a slash at its end: not the root.</param>
    public bool IsBelow(ByteString directory) => Length > directory.Length && Span[directory.Length] == '/' && Span.StartsWith(directory.Span);

    public bool Equals(ByteString other) => Span.SequenceEqual(other.Span);

    public override bool Equals([NotNullWhen(true)] object? obj) => obj is ByteString other && Equals(other);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(Span);
        return hash.ToHashCode();
    }

    public int CompareTo(ByteString other) => Span.SequenceCompareTo(other.Span);

    public static bool operator ==(ByteString left, ByteString right) => left.Equals(right);

    public static bool operator !=(ByteString left, ByteString right) => !left.Equals(right);
}
