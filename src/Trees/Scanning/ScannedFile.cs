using System.Collections.Concurrent;
using ImageSdk.Images;

namespace ImageSdk.Trees.Scanning;

/// <summary>A file of a tree on the way to its hash.</summary>
/// <param name="path">Below the tree's root, without a slash at its start.</param>
/// <param name="number">Its inode number.</param>
/// <param name="inode">All that is known of it without reading it.</param>
sealed class ScannedFile(ReadOnlyMemory<byte> path, ulong number, RegularInode inode)
{
    public ReadOnlySpan<byte> Path => path.Span;

    public ulong Number => number;

    /// <summary>With the hash, once that is known.</summary>
    public RegularInode Inode { get; set; } = inode;
}

/// <summary>The files of a tree that are hashed. May be used by several threads.</summary>
sealed class ScannedFiles
{
    readonly ConcurrentQueue<ScannedFile> all = new();
    readonly ConcurrentDictionary<ObjectHash, ScannedFile> byHash = new();
    long hashedCount;
    long hashedBytes;

    public long HashedCount => Interlocked.Read(ref hashedCount);

    public long HashedBytes => Interlocked.Read(ref hashedBytes);

    public IEnumerable<ScannedFile> All => all;

    public byte[]? PathOf(ObjectHash hash) => byHash.TryGetValue(hash, out var file) ? file.Path.ToArray() : null;

    /// <returns>Whether no file with the same content was there before.</returns>
    public bool Add(ScannedFile file)
    {
        all.Enqueue(file);
        Interlocked.Increment(ref hashedCount);
        Interlocked.Add(ref hashedBytes, (long)file.Inode.Size);
        return file.Inode.Size > 0 && byHash.TryAdd(file.Inode.Hash, file);
    }
}
