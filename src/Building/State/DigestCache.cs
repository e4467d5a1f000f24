using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using ImageSdk.Posix;

namespace ImageSdk.Building.State;

/// <summary>
/// What is known of input files by device, inode, size and times: hashes of their contents, and whether they have extended
/// attributes. A file whose status did not change is not looked into again; one that changed so lately that a second change could
/// hide in the same tick of the clock is.
/// </summary>
/// <param name="file">Read when something is asked for; most stages ask for nothing.</param>
/// <param name="clock">Says how long ago a file changed; null for the system's, by which file systems go.</param>
sealed class DigestCache(string file, TimeProvider? clock = null)
{
    const int RecordSize = 8 * 7 + HashSize;
    const int HashSize = 32;

    /// <summary>Longer than the coarsest clock of a file system that a build would lie on.</summary>
    static readonly TimeSpan Settled = TimeSpan.FromSeconds(2);

    readonly Dictionary<Key, Known> used = [];
    Dictionary<Key, Known>? known;
    bool changed;

    readonly record struct Key(ulong Device, ulong Inode, ulong Size, long MtimeNanoseconds, long CtimeSeconds, long CtimeNanoseconds);

    readonly record struct Known(Hash Hash, bool HasAttributes);

    [InlineArray(HashSize)]
    struct Hash
    {
        byte first;
    }

    /// <summary>SHA-256 of a file's content, and whether it may have extended attributes.</summary>
    public bool Digest(DirectoryHandle directory, ReadOnlySpan<byte> name, FileStatus status, Span<byte> hash)
    {
        var key = KeyOf(status);
        known ??= Load();
        if (!known.TryGetValue(key, out var found) && !used.TryGetValue(key, out found))
        {
            var digest = new Hash();
            using (var stream = directory.OpenRead(name))
                SHA256.HashData(stream, digest);
            found = new(digest, directory.ReadAttributes(name).Count > 0);
            if ((clock ?? TimeProvider.System).GetUtcNow() - DateTimeOffset.FromUnixTimeSeconds(status.Ctime.Seconds) < Settled)
            {
                ((ReadOnlySpan<byte>)digest).CopyTo(hash);
                return true;
            }
            changed = true;
            used[key] = found;
        }
        var content = found.Hash;
        ((ReadOnlySpan<byte>)content).CopyTo(hash);
        return found.HasAttributes;
    }

    /// <summary>Whether the content of a file is known without reading it.</summary>
    public bool Knows(FileStatus status) => (known ??= Load()).ContainsKey(KeyOf(status));

    static Key KeyOf(FileStatus status) => new(
        status.Device, status.Inode, status.Size, status.Mtime.Seconds * 1_000_000_000 + status.Mtime.Nanoseconds,
        status.Ctime.Seconds, status.Ctime.Nanoseconds);

    Dictionary<Key, Known> Load()
    {
        byte[] bytes;
        try
        {
            bytes = File.Exists(file) ? File.ReadAllBytes(file) : [];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            bytes = []; // What it knew is worked out again.
        }
        var loaded = new Dictionary<Key, Known>(bytes.Length / RecordSize);
        for (var at = 0; at + RecordSize <= bytes.Length; at += RecordSize)
        {
            var record = bytes.AsSpan(at, RecordSize);
            var key = new Key(
                BinaryPrimitives.ReadUInt64LittleEndian(record), BinaryPrimitives.ReadUInt64LittleEndian(record[8..]),
                BinaryPrimitives.ReadUInt64LittleEndian(record[16..]), BinaryPrimitives.ReadInt64LittleEndian(record[24..]),
                BinaryPrimitives.ReadInt64LittleEndian(record[32..]), BinaryPrimitives.ReadInt64LittleEndian(record[40..]));
            var hash = new Hash();
            record[56..].CopyTo(hash);
            loaded[key] = new(hash, record[48] != 0);
        }
        return loaded;
    }

    /// <summary>Keeps what was asked for this time. Other stages' entries are kept too.</summary>
    public void Save()
    {
        if (!changed)
            return;
        foreach (var (key, hash) in used)
            known![key] = hash;
        AtomicFile.Write(file, stream =>
        {
            var record = new byte[RecordSize];
            foreach (var (key, value) in known!)
            {
                BinaryPrimitives.WriteUInt64LittleEndian(record, key.Device);
                BinaryPrimitives.WriteUInt64LittleEndian(record.AsSpan(8), key.Inode);
                BinaryPrimitives.WriteUInt64LittleEndian(record.AsSpan(16), key.Size);
                BinaryPrimitives.WriteInt64LittleEndian(record.AsSpan(24), key.MtimeNanoseconds);
                BinaryPrimitives.WriteInt64LittleEndian(record.AsSpan(32), key.CtimeSeconds);
                BinaryPrimitives.WriteInt64LittleEndian(record.AsSpan(40), key.CtimeNanoseconds);
                record[48] = value.HasAttributes ? (byte)1 : (byte)0;
                var hash = value.Hash;
                ((ReadOnlySpan<byte>)hash).CopyTo(record.AsSpan(56));
                stream.Write(record);
            }
        });
    }
}
