using System.Collections.Concurrent;
using System.Formats.Tar;
using System.Security.Cryptography;
using ImageSdk.Dominator.Transfer;
using ImageSdk.Images;
using ImageSdk.Posix;

namespace ImageSdk.Building.Scanning;

/// <summary>
/// Makes the file system of a tar file. Names count from the root, with or without "./" or "/" in front. Directories that
/// the file does not name, or names later, are made as 0755 of root; a later entry of the same name replaces the earlier.
/// A compressed file is first written out beside the temporary files, so that its contents can be read again.
/// </summary>
sealed class TarScanner(string path, TarFormat format, Filter? filter) : IObjectSource, IDisposable
{
    const int BatchObjects = 256;
    const int BatchBytes = 4 << 20;

    readonly ConcurrentDictionary<ObjectHash, (long Start, long Length)> places = new();
    readonly FileSystemBuilder builder = new();
    readonly Dictionary<ByteString, ulong> numbers = [];
    readonly List<OfferedObject> batch = [];
    FileStream? plain;
    ulong nextNumber = 1;
    long fileCount;
    int batchBytes;

    public long FileCount => Interlocked.Read(ref fileCount);

    public async Task<FileSystem> ReadAsync(Func<ObjectBatch, ValueTask>? offer, CancellationToken cancellation)
    {
        plain = await OpenAsync(cancellation);
        try
        {
            await using var reader = new TarReader(plain, leaveOpen: true);
            while (await reader.GetNextEntryAsync(copyData: false, cancellation) is { } entry)
                await AddAsync(entry, offer, cancellation);
        }
        catch (Exception exception) when (exception is InvalidDataException or EndOfStreamException or FormatException or NotSupportedException)
        {
            throw new IOException($"{path} is no readable tar file: {exception.Message}", exception);
        }
        await OfferAsync(offer);
        return builder.Build();
    }

    public Stream OpenRead(ObjectHash hash) => places.TryGetValue(hash, out var place)
        ? new FileRange(plain!.SafeFileHandle, place.Start, place.Length)
        : throw new FileNotFoundException($"no file in {path} has the content {hash}");

    public void Dispose() => plain?.Dispose();

    async Task<FileStream> OpenAsync(CancellationToken cancellation)
    {
        if (format == TarFormat.Plain)
            return new FileStream(path, new FileStreamOptions { BufferSize = 1 << 16, Options = FileOptions.SequentialScan });
        var copy = new FileStream(Path.Combine(Path.GetTempPath(), $"imagesdk-{Guid.NewGuid():N}.tar"), new FileStreamOptions
        {
            Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Options = FileOptions.DeleteOnClose, BufferSize = 1 << 16,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        try
        {
            await TarCompression.DecompressAsync(path, format, copy, cancellation);
            copy.Position = 0;
            return copy;
        }
        catch (Exception exception)
        {
            await copy.DisposeAsync();
            throw exception is InvalidDataException ? new IOException($"{path} is damaged: {exception.Message}", exception) : exception;
        }
    }

    async Task AddAsync(TarEntry entry, Func<ObjectBatch, ValueTask>? offer, CancellationToken cancellation)
    {
        if (entry.EntryType is TarEntryType.GlobalExtendedAttributes)
            return;
        var name = Normalise(entry.Name);
        if (name == "/")
        {
            if (entry.EntryType == TarEntryType.Directory)
                builder.Replace("/", new DirectoryInode { Mode = Mode(entry, InodeMode.Directory), Uid = (uint)entry.Uid, Gid = (uint)entry.Gid });
            return;
        }
        if (name == "/.subd" || name.StartsWith("/.subd/", StringComparison.Ordinal))
            return;
        ByteString place = name;
        if (filter is not null && IsFiltered(place))
            return;
        MakeParents(place);
        if (entry.EntryType == TarEntryType.HardLink)
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
                builder.Add(parent, new DirectoryInode { Mode = InodeMode.Directory | 0b111_101_101 }, nextNumber++);
        }
    }

    void AddLink(ByteString place, string target)
    {
        if (!numbers.TryGetValue(target, out var number) || builder.Find(target) is not { } inode)
            throw new IOException($"{path}: {place}: missing hard link target: {target}");
        builder.Remove(place);
        numbers[place] = number;
        builder.Add(place, inode, number);
    }

    async Task<Inode> ToInodeAsync(TarEntry entry, Func<ObjectBatch, ValueTask>? offer, CancellationToken cancellation)
    {
        var (uid, gid) = ((uint)entry.Uid, (uint)entry.Gid);
        switch (entry.EntryType)
        {
            case TarEntryType.Directory or TarEntryType.DirectoryList:
                return new DirectoryInode { Mode = Mode(entry, InodeMode.Directory), Uid = uid, Gid = gid };
            case TarEntryType.SymbolicLink:
                return new SymlinkInode { Target = entry.LinkName, Uid = uid, Gid = gid };
            case TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile:
                var (hash, size) = await ReadAsync(entry, offer, cancellation);
                return new RegularInode { Mode = Mode(entry, InodeMode.Regular), Uid = uid, Gid = gid, Mtime = Time(entry), Hash = hash, Size = size };
            case TarEntryType.CharacterDevice or TarEntryType.BlockDevice when entry is PosixTarEntry device:
                var type = entry.EntryType == TarEntryType.BlockDevice ? InodeMode.Block : InodeMode.Character;
                return new SpecialInode
                {
                    Mode = Mode(entry, type), Uid = uid, Gid = gid, Mtime = Time(entry),
                    Rdev = DeviceNumber.Encode((uint)device.DeviceMajor, (uint)device.DeviceMinor),
                };
            case TarEntryType.Fifo:
                return new SpecialInode { Mode = Mode(entry, InodeMode.Fifo), Uid = uid, Gid = gid, Mtime = Time(entry) };
            default:
                throw new IOException($"{path}: {entry.Name}: unsupported file type: {entry.EntryType}");
        }
    }

    async Task<(ObjectHash Hash, ulong Size)> ReadAsync(TarEntry entry, Func<ObjectBatch, ValueTask>? offer, CancellationToken cancellation)
    {
        fileCount++;
        if (entry.Length == 0)
            return default;
        if (entry.Length > BatchBytes)
        {
            var hash = new ObjectHash(await SHA512.HashDataAsync(entry.DataStream!, cancellation));
            Keep(hash, entry);
            if (offer is not null)
                await offer(new([new(hash, (ulong)entry.Length)]));
            return (hash, (ulong)entry.Length);
        }
        var content = new byte[entry.Length];
        await entry.DataStream!.ReadExactlyAsync(content, cancellation);
        var known = ObjectHash.Of(content);
        Keep(known, entry);
        batch.Add(new(known, (ulong)content.Length, content));
        batchBytes += content.Length;
        if (batch.Count >= BatchObjects || batchBytes >= BatchBytes)
            await OfferAsync(offer);
        return (known, (ulong)content.Length);
    }

    void Keep(ObjectHash hash, TarEntry entry) => places.TryAdd(hash, (entry.DataOffset, entry.Length));

    async Task OfferAsync(Func<ObjectBatch, ValueTask>? offer)
    {
        if (offer is not null && batch.Count > 0)
            await offer(new([.. batch]));
        batch.Clear();
        batchBytes = 0;
    }

    static uint Mode(TarEntry entry, uint type) => type | (uint)entry.Mode & InodeMode.PermissionMask;

    static FileTime Time(TarEntry entry)
    {
        var ticks = entry.ModificationTime.UtcTicks - DateTimeOffset.UnixEpoch.Ticks;
        var seconds = Math.DivRem(ticks, TimeSpan.TicksPerSecond, out var rest);
        return rest < 0 ? new(seconds - 1, (int)(rest + TimeSpan.TicksPerSecond) * 100) : new(seconds, (int)rest * 100);
    }

    // "./a", "/a", "a" and "a/" are all "/a".
    static string Normalise(string name)
    {
        var parts = name.Split('/').Where(part => part.Length > 0 && part != ".").ToArray();
        return "/" + string.Join('/', parts);
    }
}
