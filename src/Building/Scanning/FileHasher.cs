using System.Buffers;
using System.Security.Cryptography;
using System.Threading.Channels;
using ImageSdk.Building.Layers;
using ImageSdk.Dominator.Transfer;
using ImageSdk.Images;
using ImageSdk.Posix;

namespace ImageSdk.Building.Scanning;

/// <summary>
/// Hashes files, many short ones at a time in one block of memory, and offers their contents from there. Not for several
/// threads at once.
/// </summary>
sealed class FileHasher(DirectoryHandle root, ScannedFiles files, Func<OfferedBatch, ValueTask>? offer)
{
    const int BlockSize = 4 << 20;
    const int BlockFiles = 512;

    readonly List<(ScannedFile File, int Start)> collected = [];
    byte[]? block;
    int length;

    public async Task RunAsync(ChannelReader<ScannedFile> work, CancellationToken cancellation)
    {
        try
        {
            while (true)
            {
                // What is collected is hashed when there is nothing else to read, too.
                if (!work.TryRead(out var file))
                {
                    await HashBlockAsync();
                    if (!await work.WaitToReadAsync(cancellation))
                        return;
                    continue;
                }
                cancellation.ThrowIfCancellationRequested();
                if (file.Inode.Size >= BlockSize)
                    await HashLongAsync(file, cancellation);
                else
                {
                    // One byte more than the file has, to see whether it grows.
                    if (length + (int)file.Inode.Size >= BlockSize || collected.Count == BlockFiles)
                        await HashBlockAsync();
                    Read(file);
                }
            }
        }
        finally
        {
            if (block is not null)
                ArrayPool<byte>.Shared.Return(block);
        }
    }

    public static ExtendedAttributes ReadAttributes(OpenFile file)
    {
        var all = file.ReadAttributes();
        return all.Count == 0 ? ExtendedAttributes.None : ExtendedAttributes.Create(
            all.Where(attribute => OverlayAttributes.BelongsToImage(attribute.Name))
                .Select(attribute => KeyValuePair.Create(new ByteString(attribute.Name), new ByteString(attribute.Value))));
    }

    void Read(ScannedFile file)
    {
        block ??= ArrayPool<byte>.Shared.Rent(BlockSize);
        using var opened = root.OpenBeneath(file.Path);
        var size = (int)file.Inode.Size;
        if (opened.Read(block.AsSpan(length, size + 1)) != size)
            throw Changed(opened);
        Keep(file, opened);
        collected.Add((file, length));
        length += size;
    }

    async Task HashBlockAsync()
    {
        if (collected.Count == 0)
            return;
        var contents = new ReadOnlyMemory<byte>[collected.Count];
        for (var index = 0; index < contents.Length; index++)
            contents[index] = block.AsMemory(collected[index].Start, (int)collected[index].File.Inode.Size);
        var hashes = ObjectHash.OfMany(contents);
        var objects = new List<OfferedObject>(contents.Length);
        for (var index = 0; index < contents.Length; index++)
        {
            var (file, _) = collected[index];
            if (contents[index].Length > 0)
                file.Inode = file.Inode with { Hash = hashes[index] };
            if (files.Add(file))
                objects.Add(new(hashes[index], file.Inode.Size, contents[index]));
        }
        collected.Clear();
        length = 0;
        if (offer is null || objects.Count == 0)
            return;
        // The block goes along and comes back to the pool when all is sent.
        var mine = block!;
        block = null;
        await offer(new(objects, () => ArrayPool<byte>.Shared.Return(mine)));
    }

    async Task HashLongAsync(ScannedFile file, CancellationToken cancellation)
    {
        await HashBlockAsync();
        block ??= ArrayPool<byte>.Shared.Rent(BlockSize);
        using (var opened = root.OpenBeneath(file.Path))
        {
            using var hasher = IncrementalHash.CreateHash(HashAlgorithmName.SHA512);
            var size = 0ul;
            for (int count; (count = opened.Read(block.AsSpan(0, 1 << 18))) > 0; size += (ulong)count)
            {
                cancellation.ThrowIfCancellationRequested();
                hasher.AppendData(block, 0, count);
            }
            if (size != file.Inode.Size)
                throw Changed(opened);
            Keep(file, opened);
            file.Inode = file.Inode with { Hash = new ObjectHash(hasher.GetHashAndReset()) };
        }
        if (files.Add(file) && offer is not null)
            await offer(new([new(file.Inode.Hash, file.Inode.Size)]));
    }

    static void Keep(ScannedFile file, OpenFile opened)
    {
        if (ReadAttributes(opened) is { Count: > 0 } attributes)
            file.Inode = file.Inode with { ExtendedAttributes = attributes };
    }

    static IOException Changed(OpenFile file) => new($"{file.Path} changes while it is read: scan a tree that nobody writes to");
}
