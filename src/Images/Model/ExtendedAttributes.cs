using System.Collections;

namespace ImageSdk.Images;

/// <summary>The extended attributes of an inode, ordered by name. Equal when names and values are.</summary>
public sealed class ExtendedAttributes : IReadOnlyList<KeyValuePair<ByteString, ByteString>>, IEquatable<ExtendedAttributes>
{
    public static ExtendedAttributes None { get; } = new([]);

    readonly KeyValuePair<ByteString, ByteString>[] attributes;

    ExtendedAttributes(KeyValuePair<ByteString, ByteString>[] attributes) => this.attributes = attributes;

    public static ExtendedAttributes Create(IEnumerable<KeyValuePair<ByteString, ByteString>> attributes)
    {
        // Most inodes have none, and sorting is not free of charge for them.
        if (attributes.TryGetNonEnumeratedCount(out var count) && count == 0)
            return None;
        var sorted = attributes.OrderBy(attribute => attribute.Key).ToArray();
        return sorted.Length == 0 ? None : new(sorted);
    }

    public int Count => attributes.Length;

    public KeyValuePair<ByteString, ByteString> this[int index] => attributes[index];

    public bool Equals(ExtendedAttributes? other) => other is not null && attributes.AsSpan().SequenceEqual(other.attributes);

    public override bool Equals(object? obj) => Equals(obj as ExtendedAttributes);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var (name, value) in attributes)
        {
            hash.Add(name);
            hash.Add(value);
        }
        return hash.ToHashCode();
    }

    /// <summary>Without an object for each inode whose attributes are looked at.</summary>
    public ReadOnlySpan<KeyValuePair<ByteString, ByteString>>.Enumerator GetEnumerator() =>
        new ReadOnlySpan<KeyValuePair<ByteString, ByteString>>(attributes).GetEnumerator();

    IEnumerator<KeyValuePair<ByteString, ByteString>> IEnumerable<KeyValuePair<ByteString, ByteString>>.GetEnumerator() => attributes.AsEnumerable().GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => attributes.GetEnumerator();
}
