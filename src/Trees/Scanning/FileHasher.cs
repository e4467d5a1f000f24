using System.Buffers;
using System.Threading.Channels;
using ImageSdk.Dominator.Transfer;
using ImageSdk.Images;
using ImageSdk.Posix;

namespace ImageSdk.Trees.Scanning;

/// <summary>
/// Hashes files, many at a time: short ones in one block of memory, from which their contents are offered, and long ones
/// piece by piece. Not for several threads at once.
/// </summary>
/// <param name="largeFiles">Hashed last, once <c>work</c> is complete.</param>
sealed class FileHasher(DirectoryHandle root, ScannedFiles files, Func<IEnumerable<ScannedFile>> largeFiles, Func<OfferedBatch, ValueTask>? offer)
{
    const int BlockSize = 4 << 20;
    const int BlockFiles = 512;

    // From here on, to read a file again where it is missing costs less than to keep several such in memory.
    const int LongSize = 1 << 18;

    // So many are open at once.
    const int LongFiles = 64;
    const ulong LongBytes = 256 << 20;

    readonly List<(ScannedFile File, int Start)> collected = [];
    readonly List<(ScannedFile File, OpenFile Opened)> collectedLong = [];
    byte[]? block;
    int length;
    ulong longBytes;

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
                    if (await work.WaitToReadAsync(cancellation))
                        continue;
                    await HashLongAsync(cancellation);
                    await HashLargeAsync(cancellation);
                    return;
                }
                cancellation.ThrowIfCancellationRequested();
                if (file.Inode.Size >= LongSize)
                {
                    Collect(file);
                    if (collectedLong.Count == LongFiles || longBytes >= LongBytes)
                        await HashLongAsync(cancellation);
                }
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
            CloseLong();
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

    void Collect(ScannedFile file)
    {
        longBytes += file.Inode.Size;
        collectedLong.Add((file, root.OpenBeneath(file.Path)));
    }

    async Task HashLargeAsync(CancellationToken cancellation)
    {
        foreach (var part in largeFiles().Chunk(LongFiles))
        {
            Array.ForEach(part, Collect);
            await HashLongAsync(cancellation);
        }
    }

    async Task HashLongAsync(CancellationToken cancellation)
    {
        if (collectedLong.Count == 0)
            return;
        var hashes = HashLong(cancellation);
        var objects = new List<OfferedObject>(hashes.Length);
        for (var index = 0; index < hashes.Length; index++)
        {
            var (file, opened) = collectedLong[index];
            if (opened.ReadSparse(new byte[1]) != 0)
                throw Changed(opened);
            Keep(file, opened);
            file.Inode = file.Inode with { Hash = hashes[index] };
            if (files.Add(file))
                objects.Add(new(hashes[index], file.Inode.Size));
        }
        CloseLong();
        if (offer is not null && objects.Count > 0)
            await offer(new(objects));
    }

    ObjectHash[] HashLong(CancellationToken cancellation)
    {
        var contents = new (ContentReader, long)[collectedLong.Count];
        for (var index = 0; index < contents.Length; index++)
        {
            var (file, opened) = collectedLong[index];
            contents[index] = (buffer =>
            {
                cancellation.ThrowIfCancellationRequested();
                var count = opened.ReadSparse(buffer);
                return count == buffer.Length ? count : throw Changed(opened);
            }, (long)file.Inode.Size);
        }
        return ObjectHash.OfMany(contents);
    }

    void CloseLong()
    {
        foreach (var (_, opened) in collectedLong)
            opened.Dispose();
        collectedLong.Clear();
        longBytes = 0;
    }

    static void Keep(ScannedFile file, OpenFile opened)
    {
        if (ReadAttributes(opened) is { Count: > 0 } attributes)
            file.Inode = file.Inode with { ExtendedAttributes = attributes };
    }

    static IOException Changed(OpenFile file) => new($"{file.Path} changes while it is read: scan a tree that does not change");
}
