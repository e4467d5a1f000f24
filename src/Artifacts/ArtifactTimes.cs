using System.Security.Cryptography;
using ImageSdk.Images;

namespace ImageSdk.Artifacts;

/// <summary>
/// The times that artifacts have. What a build writes has the time of the build, which must not make two artifacts of one tree
/// differ: no time in an artifact is later than its epoch, and what has no time in an image's tree has that one.
/// </summary>
public static class ArtifactTimes
{
    /// <summary>Where packages put files that nothing changes afterwards, the best place first.</summary>
    static readonly ByteString[] PackagedPlaces = ["/usr/share/doc/", "/usr/share/licenses/", "/usr/share/"];

    /// <summary>
    /// The epoch, in seconds since 1970, where SOURCE_DATE_EPOCH says none: the newest time that packages brought, as files below
    /// /usr/share/doc have it. It is the same for everybody who builds the image.
    /// </summary>
    public static long NewestOf(FileSystem tree)
    {
        var newest = new long[PackagedPlaces.Length + 1];
        foreach (var (path, _, inode) in tree.Index.Entries)
        {
            if (inode is not RegularInode { Mtime.Seconds: var time })
                continue;
            var place = Array.FindIndex(PackagedPlaces, place => path.Span.StartsWith(place.Span));
            ref var best = ref newest[place < 0 ? PackagedPlaces.Length : place];
            best = Math.Max(best, time);
        }
        return newest.FirstOrDefault(time => time > 0);
    }

    /// <summary>The tree with an artifact's times.</summary>
    public static FileSystem Apply(FileSystem tree, long epoch)
    {
        var latest = new FileTime(epoch, 0);
        return new FileSystem
        {
            Root = tree.Root with { Mtime = latest },
            InodeTable = tree.InodeTable.ToDictionary(pair => pair.Key, pair => Apply(pair.Value, latest)),
            RegularInodeCount = tree.RegularInodeCount, TotalDataBytes = tree.TotalDataBytes, DirectoryCount = tree.DirectoryCount,
        };
    }

    static Inode Apply(Inode inode, FileTime latest) => inode switch
    {
        DirectoryInode directory => directory with { Mtime = latest },
        RegularInode file when file.Mtime.CompareTo(latest) > 0 => file with { Mtime = latest },
        SpecialInode special when special.Mtime.CompareTo(latest) > 0 => special with { Mtime = latest },
        _ => inode,
    };

    /// <summary>A hash of all times of a tree, in hexadecimal digits; the hash of a tree leaves them out.</summary>
    public static string Digest(FileSystem tree)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> record = stackalloc byte[sizeof(long) + sizeof(int)];
        foreach (var (_, _, inode) in tree.Index.Entries)
        {
            var time = FileTime.Of(inode) ?? default;
            BitConverter.TryWriteBytes(record, time.Seconds);
            BitConverter.TryWriteBytes(record[sizeof(long)..], time.Nanoseconds);
            hash.AppendData(record);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
