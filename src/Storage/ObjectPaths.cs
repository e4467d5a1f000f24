using System.Buffers;
using ImageSdk.Images;

namespace ImageSdk.Storage;

/// <summary>
/// Where an object lies below its store: two hex digits, two hex digits, the other 124. The original's object server
/// has the same layout.
/// </summary>
static class ObjectPaths
{
    /// <summary>Of a path below the store, in bytes.</summary>
    public const int Length = 2 * ObjectHash.Size + 2;

    const int PrefixLength = 2;
    const int LeafLength = 2 * ObjectHash.Size - 2 * PrefixLength;

    static readonly SearchValues<byte> digits = SearchValues.Create("0123456789abcdef"u8);

    public static string For(string directory, ObjectHash hash)
    {
        var digits = hash.ToString();
        return Path.Combine(directory, digits[..2], digits[2..4], digits[4..]);
    }

    /// <summary>Writes the path below the store.</summary>
    /// <param name="path"><see cref="Length"/> bytes.</param>
    public static void Write(in ObjectHash hash, Span<byte> path)
    {
        Convert.TryToHexStringLower(hash.Span[2..], path[(2 * PrefixLength + 2)..], out _);
        Convert.TryToHexStringLower(hash.Span[1..2], path[(PrefixLength + 1)..], out _);
        Convert.TryToHexStringLower(hash.Span[..1], path, out _);
        path[PrefixLength] = path[2 * PrefixLength + 1] = (byte)'/';
    }

    /// <summary>The part of a path that names a directory: the first, or the second in the first.</summary>
    public static ReadOnlySpan<byte> Directory(ReadOnlySpan<byte> path, int depth) => path[..(depth * (PrefixLength + 1) - 1)];

    /// <summary>Whether a directory of objects, or of such directories, may have the name.</summary>
    public static bool IsPrefix(ReadOnlySpan<byte> name) => name.Length == PrefixLength && !name.ContainsAnyExcept(digits);

    /// <param name="first">A <see cref="IsPrefix">prefix</see>, as is the second.</param>
    /// <param name="leaf">Any name.</param>
    /// <returns>False where the three names are no object's.</returns>
    public static bool TryParse(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, ReadOnlySpan<byte> leaf, out ObjectHash hash)
    {
        hash = default;
        if (leaf.Length != LeafLength || leaf.ContainsAnyExcept(digits))
            return false;
        Span<byte> bytes = stackalloc byte[ObjectHash.Size];
        Convert.FromHexString(first, bytes, out _, out _);
        Convert.FromHexString(second, bytes[1..], out _, out _);
        Convert.FromHexString(leaf, bytes[2..], out _, out _);
        hash = new ObjectHash(bytes);
        return true;
    }
}
