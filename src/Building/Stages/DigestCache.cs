using System.Buffers.Binary;
using System.Security.Cryptography;
using ImageSdk.Posix;

namespace ImageSdk.Building.Stages;

/// <summary>
/// Content hashes of input files by device, inode, size and times. A file whose status did not change is not read again;
/// one that changed so lately that a second change could hide in the same tick of the clock is.
/// </summary>
sealed class DigestCache
{
    const int RecordSize = 8 * 6 + 32;
    const int HashSize = 32;

    /// <summary>Longer than the coarsest clock of a file system that a build would lie on.</summary>
    static readonly TimeSpan Settled = TimeSpan.FromSeconds(2);

    readonly string file;
    readonly Dictionary<Key, byte[]> known = [];
    readonly Dictionary<Key, byte[]> used = [];
    bool changed;

    readonly record struct Key(ulong Device, ulong Inode, ulong Size, long MtimeNanoseconds, long CtimeSeconds, long CtimeNanoseconds);

    public DigestCache(string file)
    {
        this.file = file;
        if (!File.Exists(file))
            return;
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return; // What it knew is worked out again.
        }
        for (var at = 0; at + RecordSize <= bytes.Length; at += RecordSize)
        {
            var record = bytes.AsSpan(at, RecordSize);
            var key = new Key(
                BinaryPrimitives.ReadUInt64LittleEndian(record), BinaryPrimitives.ReadUInt64LittleEndian(record[8..]),
                BinaryPrimitives.ReadUInt64LittleEndian(record[16..]), BinaryPrimitives.ReadInt64LittleEndian(record[24..]),
                BinaryPrimitives.ReadInt64LittleEndian(record[32..]), BinaryPrimitives.ReadInt64LittleEndian(record[40..]));
            known[key] = record[48..].ToArray();
        }
    }

    /// <summary>SHA-256 of a file's content, in hexadecimal.</summary>
    public string Hash(DirectoryHandle directory, ReadOnlySpan<byte> name, FileStatus status)
    {
        var key = KeyOf(status);
        if (!known.TryGetValue(key, out var hash) && !used.TryGetValue(key, out hash))
        {
            using var stream = directory.OpenRead(name);
            hash = SHA256.HashData(stream);
            if (DateTimeOffset.UtcNow - DateTimeOffset.FromUnixTimeSeconds(status.Ctime.Seconds) < Settled)
                return Convert.ToHexStringLower(hash);
            changed = true;
        }
        used[key] = hash;
        return Convert.ToHexStringLower(hash);
    }

    /// <summary>Whether the content of a file is known without reading it.</summary>
    public bool Knows(FileStatus status) => known.ContainsKey(KeyOf(status));

    static Key KeyOf(FileStatus status) => new(
        status.Device, status.Inode, status.Size, status.Mtime.Seconds * 1_000_000_000 + status.Mtime.Nanoseconds,
        status.Ctime.Seconds, status.Ctime.Nanoseconds);

    /// <summary>Keeps what was asked for this time. Other stages' entries are kept too.</summary>
    public void Save()
    {
        if (!changed)
            return;
        foreach (var (key, hash) in used)
            known[key] = hash;
        AtomicFile.Write(file, stream =>
        {
            var record = new byte[RecordSize];
            foreach (var (key, hash) in known)
            {
                BinaryPrimitives.WriteUInt64LittleEndian(record, key.Device);
                BinaryPrimitives.WriteUInt64LittleEndian(record.AsSpan(8), key.Inode);
                BinaryPrimitives.WriteUInt64LittleEndian(record.AsSpan(16), key.Size);
                BinaryPrimitives.WriteInt64LittleEndian(record.AsSpan(24), key.MtimeNanoseconds);
                BinaryPrimitives.WriteInt64LittleEndian(record.AsSpan(32), key.CtimeSeconds);
                BinaryPrimitives.WriteInt64LittleEndian(record.AsSpan(40), key.CtimeNanoseconds);
                hash.AsSpan(0, HashSize).CopyTo(record.AsSpan(48));
                stream.Write(record);
            }
        });
    }
}
