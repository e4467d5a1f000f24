using System.Buffers;
using System.Threading.Channels;
using ImageSdk.Archives;
using ImageSdk.Archives.Compression;
using ImageSdk.Dominator.Transfer;
using ImageSdk.Images;

namespace ImageSdk.Trees.ImagePackages;

/// <summary>
/// The objects of an image as one file, which a NuGet package carries better than thousands of entries: their contents one
/// after the other, in the order in which a walk of the image's tree first meets them, compressed by zstd. Lengths and
/// hashes are in the image's record.
/// </summary>
sealed class PackedObjects(string file, FileSystem fileSystem, ExpansionLimit limit) : IObjectFetcher
{
    const int BlockSize = 4 << 20;
    const int BlockObjects = 256;

    /// <summary>An object to be packed, and the first file that has it.</summary>
    public readonly record struct Item(WantedObject Object, ByteString Path);

    /// <summary>The objects of a tree, each once, in the order of the file.</summary>
    public static IEnumerable<Item> OrderOf(FileSystem fileSystem)
    {
        var known = new HashSet<ObjectHash>();
        foreach (var entry in fileSystem.Walk())
            if (entry.Inode is RegularInode { Size: > 0 } regular && known.Add(regular.Hash))
                yield return new(new(regular.Hash, regular.Size), entry.Path);
    }

    /// <inheritdoc/>
    public async Task FetchAsync(IReadOnlyList<WantedObject> objects, IObjectSink sink, CancellationToken cancellation = default)
    {
        await using var source = File.OpenRead(file);
        await using var content = Decompression.Open(source, ".zst");
        try
        {
            await ReadAsync(limit.Bound(content, source.Length, file), objects, sink, cancellation);
        }
        catch (EndOfStreamException)
        {
            throw new InvalidDataException($"{file} is damaged: it is cut off");
        }
        catch (InvalidDataException exception)
        {
            throw new InvalidDataException($"{file} is damaged: {exception.Message}", exception);
        }
    }

    // One thread takes the stream apart, the others compare and write what it finds.
    async Task ReadAsync(Stream stream, IReadOnlyList<WantedObject> objects, IObjectSink sink, CancellationToken cancellation)
    {
        var wanted = objects.Index().ToDictionary(item => item.Item.Hash, item => item.Index);
        var blocks = Channel.CreateBounded<Block>(Environment.ProcessorCount);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task[] takers = [.. Enumerable.Range(0, Environment.ProcessorCount).Select(_ => Task.Run(() => TakeAsync(blocks.Reader, sink, stop), CancellationToken.None))];
        try
        {
            await SplitAsync(stream, wanted, sink, blocks.Writer, stop.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // A taker failed, which is thrown below.
        }
        finally
        {
            blocks.Writer.Complete();
            await Task.WhenAll(takers).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        await Task.WhenAll(takers);
    }

    async Task SplitAsync(
        Stream stream, Dictionary<ObjectHash, int> wanted, IObjectSink sink, ChannelWriter<Block> blocks, CancellationToken cancellation)
    {
        var block = new Block();
        foreach (var (item, _) in OrderOf(fileSystem))
        {
            if (!wanted.TryGetValue(item.Hash, out var index) || item.Size > long.MaxValue)
                throw new InvalidDataException($"{file} cannot have the object {item.Hash}");
            if (item.Size > BlockSize)
            {
                await TakeLongAsync(stream, item, index, sink, cancellation);
                continue;
            }
            if (!block.HasRoom((int)item.Size))
            {
                await blocks.WriteAsync(block, cancellation);
                block = new();
            }
            await stream.ReadExactlyAsync(block.Add(index, item), cancellation);
        }
        await blocks.WriteAsync(block, cancellation);
        if (await stream.ReadAsync(new byte[1], cancellation) != 0)
            throw new InvalidDataException($"{file} has more in it than the image");
    }

    async Task TakeLongAsync(Stream stream, WantedObject item, int index, IObjectSink sink, CancellationToken cancellation)
    {
        using var content = new StreamPart(stream, (long)item.Size);
        await sink.TakeAsync(index, content, cancellation);
        if (content.Finish() != item.Hash)
            throw Damaged(item.Hash);
    }

    async Task TakeAsync(ChannelReader<Block> blocks, IObjectSink sink, CancellationTokenSource stop)
    {
        try
        {
            await foreach (var block in blocks.ReadAllAsync(stop.Token))
                using (block)
                    block.Take(sink, Damaged);
        }
        catch
        {
            await stop.CancelAsync();
            throw;
        }
    }

    InvalidDataException Damaged(ObjectHash hash) => new($"{file} is damaged: the object {hash} has another content");

    /// <summary>Short objects that are compared side by side.</summary>
    sealed class Block : IDisposable
    {
        readonly byte[] bytes = ArrayPool<byte>.Shared.Rent(BlockSize);
        readonly List<(int Index, WantedObject Object, int Start)> items = [];
        int end;

        public bool HasRoom(int size) => items.Count < BlockObjects && size <= BlockSize - end;

        public Memory<byte> Add(int index, WantedObject item)
        {
            items.Add((index, item, end));
            end += (int)item.Size;
            return Content(items[^1]);
        }

        Memory<byte> Content((int Index, WantedObject Object, int Start) item) => bytes.AsMemory(item.Start, (int)item.Object.Size);

        public void Take(IObjectSink sink, Func<ObjectHash, Exception> damaged)
        {
            var hashes = ObjectHash.OfMany([.. items.Select(item => (ReadOnlyMemory<byte>)Content(item))]);
            foreach (var (item, hash) in items.Zip(hashes))
            {
                if (hash != item.Object.Hash)
                    throw damaged(item.Object.Hash);
                sink.Take(item.Index, Content(item).Span);
            }
        }

        public void Dispose() => ArrayPool<byte>.Shared.Return(bytes);
    }
}
