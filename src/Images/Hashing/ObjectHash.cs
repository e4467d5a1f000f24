using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace ImageSdk.Images;

/// <summary>The SHA-512 of an object's content: the name under which every store keeps it. All zero for an empty file.</summary>
public readonly struct ObjectHash : IEquatable<ObjectHash>, IComparable<ObjectHash>
{
    /// <summary>Length in bytes.</summary>
    public const int Size = 64;

    readonly Bytes bytes;

    [InlineArray(Size)]
    struct Bytes
    {
        byte first;
    }

    public ObjectHash(ReadOnlySpan<byte> hash)
    {
        if (hash.Length != Size)
            throw new ArgumentException($"A SHA-512 has {Size} bytes, not {hash.Length}.", nameof(hash));
        hash.CopyTo(bytes);
    }

    public static ObjectHash Of(ReadOnlySpan<byte> content)
    {
        Span<byte> hash = stackalloc byte[Size];
        SHA512.HashData(content, hash);
        return new ObjectHash(hash);
    }

    /// <summary>The hashes of many contents in memory: faster than one by one, the more there are and the less they differ in length.</summary>
    public static ObjectHash[] OfMany(IReadOnlyList<ReadOnlyMemory<byte>> contents) => HashBatch.Hash(contents);

    /// <summary>The hashes of many contents that are read in turn, a piece each: for files of any length, in bounded memory.</summary>
    /// <param name="contents">Of each how to read it, and its length in bytes.</param>
    /// <exception cref="EndOfStreamException">A content is shorter. Whether it is longer is not looked at.</exception>
    public static ObjectHash[] OfMany(IReadOnlyList<(ContentReader Reader, long Length)> contents) => HashBatch.Hash(contents);

    [UnscopedRef]
    public ReadOnlySpan<byte> Span => bytes;

    public bool IsZero => !Span.ContainsAnyExcept((byte)0);

    /// <summary>Reads 128 hexadecimal digits of either case.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out ObjectHash hash)
    {
        Span<byte> buffer = stackalloc byte[Size];
        if (text.Length == 2 * Size && Convert.FromHexString(text, buffer, out _, out _) == System.Buffers.OperationStatus.Done)
        {
            hash = new ObjectHash(buffer);
            return true;
        }
        hash = default;
        return false;
    }

    /// <summary>128 lower-case hexadecimal digits.</summary>
    public override string ToString() => Convert.ToHexStringLower(Span);

    public bool Equals(ObjectHash other) => Span.SequenceEqual(other.Span);

    public override bool Equals([NotNullWhen(true)] object? obj) => obj is ObjectHash other && Equals(other);

    // Already uniformly spread: any eight bytes will do.
    public override int GetHashCode() => BinaryPrimitives.ReadInt32LittleEndian(Span);

    public int CompareTo(ObjectHash other) => Span.SequenceCompareTo(other.Span);

    public static bool operator ==(ObjectHash left, ObjectHash right) => left.Equals(right);

    public static bool operator !=(ObjectHash left, ObjectHash right) => !left.Equals(right);
}
