using System.Buffers;
using ImageSdk.Images;

namespace ImageSdk.ImageServer.Objects;

/// <summary>Small objects that were read one behind the other and are dealt with together.</summary>
sealed class ReceivedBuffer : IDisposable
{
    /// <summary>Of the buffer, in bytes. What is larger is no small object.</summary>
    public const int Capacity = 1 << 20;

    readonly byte[] bytes = ArrayPool<byte>.Shared.Rent(Capacity);
    readonly List<Item> items = [];
    int filled;

    readonly record struct Item(ReceivedObject Object, int Offset, ObjectHash? Expected);

    /// <summary>Whether there is enough in it for another thread to be asked for.</summary>
    public bool IsWorthwhile => filled >= Capacity / 4;

    public bool HasRoomFor(ulong length) => length <= (ulong)(Capacity - filled);

    /// <summary>Reads the content of an object.</summary>
    /// <exception cref="EndOfStreamException">The stream ends inside it.</exception>
    public ValueTask ReadAsync(Stream stream, int length, CancellationToken cancellation) =>
        stream.ReadExactlyAsync(bytes.AsMemory(filled, length), cancellation);

    /// <summary>Takes in the object whose content was read.</summary>
    public void Add(ReceivedObject item, ObjectHash? expected)
    {
        items.Add(new(item, filled, expected));
        filled += (int)item.Size;
    }

    /// <summary>Computes the hashes of all.</summary>
    public void Hash()
    {
        var contents = new ReadOnlyMemory<byte>[items.Count];
        for (var index = 0; index < contents.Length; index++)
            contents[index] = bytes.AsMemory(items[index].Offset, (int)items[index].Object.Size);
        var hashes = ObjectHash.OfMany(contents);
        for (var index = 0; index < hashes.Length; index++)
            items[index].Object.Hash = hashes[index];
    }

    /// <summary>Hands out what was read, in order.</summary>
    public void ForEach(Action<ReceivedObject, ReadOnlySpan<byte>, ObjectHash?> action)
    {
        foreach (var item in items)
            action(item.Object, bytes.AsSpan(item.Offset, (int)item.Object.Size), item.Expected);
    }

    public void Dispose() => ArrayPool<byte>.Shared.Return(bytes);
}
