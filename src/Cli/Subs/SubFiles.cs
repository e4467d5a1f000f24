using System.Collections.Concurrent;
using System.Security.Cryptography;
using ImageSdk.Cli.Errors;
using ImageSdk.Dominator.Transfer;
using ImageSdk.Images;
using ImageSdk.Images.Text;

namespace ImageSdk.Cli.Subs;

/// <summary>The files of a sub by the hashes of their contents. What has changed since the sub's scan is found out.</summary>
sealed class SubFiles : IObjectSource
{
    // What is fetched at once and kept in memory. While a call lasts, the sub serves no other.
    const ulong BatchBytes = 4 << 20;
    const int BatchFiles = 512;

    readonly Sub sub;
    readonly CancellationToken cancellation;
    readonly Dictionary<ObjectHash, SubFile> files = [];
    readonly ConcurrentDictionary<ObjectHash, string> copies = new();

    public SubFiles(Sub sub, CancellationToken cancellation)
    {
        this.sub = sub;
        this.cancellation = cancellation;
        // Names that can be asked for first, as the same content may have several.
        foreach (var entry in sub.Tree.Index.Entries.OrderBy(entry => !IsAskable(entry.Path)))
            if (entry.Inode is RegularInode { Size: > 0 } file)
                files.TryAdd(file.Hash, new(file.Hash, entry.Path, file.Size));
    }

    /// <summary>Brings files to a receiver: many small ones in a call, long ones through a scratch file each.</summary>
    /// <param name="wanted">Contents of the sub's files.</param>
    /// <returns>Those that cannot be had as they were scanned: a line for each.</returns>
    public async Task<IReadOnlyList<string>> OfferAsync(IEnumerable<ObjectHash> wanted, IObjectReceiver receiver)
    {
        var faults = new List<string>();
        var chosen = wanted.Select(hash => files[hash]).ToLookup(file => IsAskable(file.Path));
        faults.AddRange(chosen[false].Select(NotAskable));
        foreach (var batch in Cut(chosen[true]))
        {
            if (batch is [{ Size: > BatchBytes } file])
            {
                var (copy, fault) = await CopyAsync(file);
                if (copy is not null)
                    await receiver.OfferAsync(new OfferedBatch([new OfferedObject(file.Hash, file.Size)], Lend(file.Hash, copy)));
                else
                    faults.Add(fault);
            }
            else if (await ReadAsync(batch, faults) is { Count: > 0 } read)
                await receiver.OfferAsync(new OfferedBatch(read));
        }
        return faults;
    }

    /// <exception cref="CommandException">The file has changed, or the sub cannot be reached.</exception>
    /// <inheritdoc/>
    public Stream OpenRead(ObjectHash hash)
    {
        if (copies.TryGetValue(hash, out var known))
            return File.OpenRead(known);
        if (!files.TryGetValue(hash, out var file))
            throw new FileNotFoundException($"the content of {hash} is not on the sub");
        var (copy, fault) = IsAskable(file.Path) ? CopyAsync(file).GetAwaiter().GetResult() : (null, NotAskable(file));
        return copy ?? throw new CommandException(
            ErrorCode.SubFilesChanged, $"{fault}: leave it out with a filter, or run it again after the sub's next scan");
    }

    static IEnumerable<List<SubFile>> Cut(IEnumerable<SubFile> wanted)
    {
        var batch = new List<SubFile>();
        var bytes = 0ul;
        foreach (var file in wanted)
        {
            if (batch.Count > 0 && (batch.Count >= BatchFiles || bytes + file.Size > BatchBytes))
            {
                yield return batch;
                (batch, bytes) = ([], 0);
            }
            batch.Add(file);
            bytes += file.Size;
        }
        if (batch.Count > 0)
            yield return batch;
    }

    async Task<List<OfferedObject>> ReadAsync(List<SubFile> batch, List<string> faults)
    {
        var read = new List<OfferedObject>();
        await sub.GetFilesAsync(
            [.. batch.Select(file => file.Path)],
            async (index, content, error) =>
            {
                var file = batch[index];
                if (error.Length == 0 && (ulong)content.Length == file.Size)
                {
                    var bytes = new byte[file.Size];
                    await content.ReadExactlyAsync(bytes, cancellation);
                    if (ObjectHash.Of(bytes) == file.Hash)
                    {
                        read.Add(new OfferedObject(file.Hash, file.Size, bytes));
                        return;
                    }
                }
                faults.Add(Changed(file, error));
            },
            cancellation);
        return read;
    }

    /// <summary>Copies a file, whose path can be asked for. Without a copy there is a fault.</summary>
    async Task<(FileStream? Copy, string Fault)> CopyAsync(SubFile file)
    {
        var copy = ScratchFile.Create();
        try
        {
            var refusal = "";
            await sub.GetFilesAsync(
                [file.Path],
                async (_, content, error) =>
                {
                    refusal = error;
                    await content.CopyToAsync(copy, cancellation);
                },
                cancellation);
            copy.Position = 0;
            if (refusal.Length == 0 && new ObjectHash(await SHA512.HashDataAsync(copy, cancellation)) == file.Hash)
            {
                copy.Position = 0;
                return (copy, "");
            }
            await copy.DisposeAsync();
            return (null, Changed(file, refusal));
        }
        catch
        {
            await copy.DisposeAsync();
            throw;
        }
    }

    /// <summary>Keeps a copy for whoever reads it, until what is returned is called.</summary>
    Action Lend(ObjectHash hash, FileStream copy)
    {
        copies[hash] = copy.Name;
        return () =>
        {
            copies.TryRemove(hash, out _);
            copy.Dispose();
        };
    }

    // A line feed ends a path in this protocol.
    static bool IsAskable(ByteString path) => !path.Span.Contains((byte)'\n');

    static string NotAskable(SubFile file) => $"a sub cannot be asked for a name with a line feed: {VisibleText.Of(file.Path)}";

    // The original's words, for scripts that look for them.
    static string Changed(SubFile file, string refusal) =>
        $"Contents for file changed: {VisibleText.Of(file.Path)}{(refusal.Length > 0 ? $" ({OneLine.Of(refusal)})" : "")}";

    /// <param name="Path">One of the paths with that content.</param>
    sealed record SubFile(ObjectHash Hash, ByteString Path, ulong Size);
}
