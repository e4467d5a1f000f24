using System.Collections.Concurrent;
using System.Security.Cryptography;
using ImageSdk.Archives;
using ImageSdk.Archives.Compression;
using ImageSdk.Dominator.Transfer;
using ImageSdk.Images;
using ImageSdk.Posix;

namespace ImageSdk.Trees.Scanning;

/// <summary>
/// Makes the file system of a tar file. Names count from the root, with or without "./" or "/" in front. Directories that
/// the file does not name, or names later, are made as 0755 of root; a later entry of the same name replaces the earlier.
/// A compressed file is first written out beside the temporary files, so that its contents can be read again.
/// </summary>
sealed class TarScanner(string path, string compression, Filter? filter) : IObjectSource, IDisposable
{
    const int BatchObjects = 256;
    const int BatchBytes = 4 << 20;

    readonly ConcurrentDictionary<ObjectHash, TarFileEntry> places = new();
    readonly FileSystemBuilder builder = new();
    readonly Dictionary<ByteString, ulong> numbers = [];
    readonly List<OfferedObject> batch = [];
    FileStream? plain;
    ulong nextNumber = 1;
    long fileCount;
    int batchBytes;

    public long FileCount => Interlocked.Read(ref fileCount);

    public async Task<FileSystem> ReadAsync(Func<OfferedBatch, ValueTask>? offer, CancellationToken cancellation)
    {
        plain = await OpenAsync(cancellation);
        try
        {
            var reader = new TarFileReader(plain);
            while (reader.Read() is { } entry)
            {
                cancellation.ThrowIfCancellationRequested();
                await AddAsync(entry, offer, cancellation);
            }
        }
        catch (Exception exception) when (exception is InvalidDataException or EndOfStreamException or OverflowException)
        {
            throw new IOException($"{path} is no readable tar file: {exception.Message}", exception);
        }
        await OfferAsync(offer);
        return builder.Build();
    }

    public Stream OpenRead(ObjectHash hash) => places.TryGetValue(hash, out var place)
        ? ContentOf(place)
        : throw new FileNotFoundException($"no file in {path} has the content {hash}");

    public void Dispose() => plain?.Dispose();

    async Task<FileStream> OpenAsync(CancellationToken cancellation)
    {
        if (compression.Length == 0)
            return new FileStream(path, new FileStreamOptions { BufferSize = 1 << 16, Options = FileOptions.SequentialScan });
        var copy = new FileStream(Path.Combine(Path.GetTempPath(), $"imagesdk-{Guid.NewGuid():N}.tar"), new FileStreamOptions
        {
            Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Options = FileOptions.DeleteOnClose, BufferSize = 1 << 16,
            UnixCreateMode = (UnixFileMode)Permissions.OwnerFile,
        });
        try
        {
            await using var source = File.OpenRead(path);
            await Decompression.DecompressAsync(source, compression, ExpansionLimit.Default.Bound(copy, source.Length, path), cancellation);
            copy.Position = 0;
            return copy;
        }
        catch (Exception exception)
        {
            await copy.DisposeAsync();
            throw exception is InvalidDataException ? new IOException($"{path} is damaged: {exception.Message}", exception) : exception;
        }
    }

    async Task AddAsync(TarFileEntry entry, Func<OfferedBatch, ValueTask>? offer, CancellationToken cancellation)
    {
        var place = Normalise(entry.Name);
        if (place.Length == 1)
        {
            if (entry.Type == '5')
                builder.Replace(place, new DirectoryInode { Mode = InodeMode.Directory | entry.Mode, Uid = entry.Uid, Gid = entry.Gid });
            return;
        }
        if (place == "/.subd" || place.Span.StartsWith("/.subd/"u8) || filter is not null && IsFiltered(place))
            return;
        MakeParents(place);
        if (entry.Type == '1')
        {
            AddLink(place, Normalise(entry.LinkName));
            return;
        }
        var inode = await ToInodeAsync(entry, offer, cancellation);
        if (inode is DirectoryInode && builder.Find(place) is DirectoryInode)
        {
            // It may have been made for what it holds.
            builder.Replace(place, inode);
            return;
        }
        builder.Remove(place);
        numbers[place] = nextNumber;
        builder.Add(place, inode, nextNumber++);
    }

    // A directory that is left out takes all below it along.
    bool IsFiltered(ByteString place)
    {
        for (var end = 1; end <= place.Length; end++)
        {
            if ((end == place.Length || place.Span[end] == '/') && filter!.Matches(place.Span[..end]))
                return true;
        }
        return false;
    }

    void MakeParents(ByteString place)
    {
        for (var end = 1; end < place.Length; end++)
        {
            if (place.Span[end] != '/')
                continue;
            var parent = new ByteString(place.Span[..end]);
            if (builder.Find(parent) is null)
                builder.Add(parent, new DirectoryInode { Mode = InodeMode.Directory | Permissions.Directory }, nextNumber++);
        }
    }

    void AddLink(ByteString place, ByteString target)
    {
        if (!numbers.TryGetValue(target, out var number) || builder.Find(target) is not { } inode)
            throw new IOException($"{path}: {place}: missing hard link target: {target}");
        builder.Remove(place);
        numbers[place] = number;
        builder.Add(place, inode, number);
    }

    async Task<Inode> ToInodeAsync(TarFileEntry entry, Func<OfferedBatch, ValueTask>? offer, CancellationToken cancellation)
    {
        switch (entry.Type)
        {
            case '5':
                return new DirectoryInode { Mode = InodeMode.Directory | entry.Mode, Uid = entry.Uid, Gid = entry.Gid };
            case '2':
                return new SymlinkInode { Target = entry.LinkName, Uid = entry.Uid, Gid = entry.Gid };
            case '0' or '\0' or '7':
                var (hash, size) = await ReadAsync(entry, offer, cancellation);
                return new RegularInode
                {
                    Mode = InodeMode.Regular | entry.Mode, Uid = entry.Uid, Gid = entry.Gid, Mtime = entry.Mtime, Hash = hash, Size = size,
                };
            case '3' or '4' or '6':
                var type = entry.Type == '3' ? InodeMode.Character : entry.Type == '4' ? InodeMode.Block : InodeMode.Fifo;
                return new SpecialInode
                {
                    Mode = type | entry.Mode, Uid = entry.Uid, Gid = entry.Gid, Mtime = entry.Mtime,
                    Rdev = entry.Type == '6' ? 0 : DeviceOf(entry),
                };
            default:
                throw new IOException($"{path}: {entry.Name}: unsupported file type: {entry.Type}");
        }
    }

    async Task<(ObjectHash Hash, ulong Size)> ReadAsync(TarFileEntry entry, Func<OfferedBatch, ValueTask>? offer, CancellationToken cancellation)
    {
        fileCount++;
        if (entry.Length == 0)
            return default;
        if (entry.Length > BatchBytes)
        {
            var hash = new ObjectHash(await SHA512.HashDataAsync(ContentOf(entry), cancellation));
            Keep(hash, entry);
            if (offer is not null)
                await offer(new([new(hash, (ulong)entry.Length)]));
            return (hash, (ulong)entry.Length);
        }
        var content = new byte[entry.Length];
        await ContentOf(entry).ReadExactlyAsync(content, cancellation);
        var known = ObjectHash.Of(content);
        Keep(known, entry);
        batch.Add(new(known, (ulong)content.Length, content));
        batchBytes += content.Length;
        if (batch.Count >= BatchObjects || batchBytes >= BatchBytes)
            await OfferAsync(offer);
        return (known, (ulong)content.Length);
    }

    void Keep(ObjectHash hash, TarFileEntry entry) => places.TryAdd(hash, entry);

    Stream ContentOf(TarFileEntry entry) => entry.Pieces is { } pieces
        ? new TarContent(plain!.SafeFileHandle, pieces, entry.Length)
        : new FileRange(plain!.SafeFileHandle, entry.Start, entry.Length);

    async Task OfferAsync(Func<OfferedBatch, ValueTask>? offer)
    {
        if (offer is not null && batch.Count > 0)
            await offer(new([.. batch]));
        batch.Clear();
        batchBytes = 0;
    }

    // The original writes the kernel's number cut after its lowest byte, which no longer is a major number where it is large.
    static ulong DeviceOf(TarFileEntry entry) => entry.DeviceMinor <= 0xFF
        ? (ulong)entry.DeviceMajor << 8 | entry.DeviceMinor
        : DeviceNumber.Encode(entry.DeviceMajor, entry.DeviceMinor);

    // "./a", "/a", "a" and "a/" are all "/a". What leads upwards is left for the builder to refuse.
    static ByteString Normalise(ByteString name)
    {
        var path = new List<byte>();
        foreach (var range in name.Span.Split((byte)'/'))
        {
            var part = name.Span[range];
            if (part.IsEmpty || part.SequenceEqual("."u8))
                continue;
            path.Add((byte)'/');
            path.AddRange(part);
        }
        return path.Count == 0 ? "/" : new ByteString(path.ToArray());
    }
}
