using ImageSdk.Images;
using ImageSdk.Posix;
using ImageSdk.Storage;
using Microsoft.Win32.SafeHandles;

namespace ImageSdk.ImageServer.Objects;

/// <summary>Which objects are known to have the content of their hash.</summary>
sealed partial class ObjectCatalogue
{
    /// <summary>
    /// Of each object until when its file is known to have had the right content; a change after that makes it unknown. Objects
    /// that came since the server started are known.
    /// </summary>
    /// <returns>Ticks of <see cref="DateTime"/>, UTC; 0 where it was never compared.</returns>
    public long[] ComparedAt(IReadOnlyList<ObjectHash> hashes)
    {
        var times = new long[hashes.Count];
        foreach (var turn in Turns(hashes.Count))
        {
            lock (tableLock)
            {
                foreach (var position in turn)
                    if (table.Find(hashes[position]) is { } index)
                        times[position] = table.ComparedAt(index);
            }
        }
        return times;
    }

    /// <summary>Keeps what a comparison found; 0 where the file has changed.</summary>
    public void SetCompared(ObjectHash hash, long time)
    {
        lock (tableLock)
            if (table.Find(hash) is { } index)
                table.ComparedAt(index) = time;
    }

    /// <summary>Puts a file aside that has another content than its object: the object is lost until it is added again.</summary>
    /// <param name="file">As it was read. Where another has its name by now, that one stays.</param>
    /// <exception cref="IOException">It cannot be moved.</exception>
    public void Condemn(ObjectHash hash, SafeFileHandle file)
    {
        lock (Store.NameLock(hash))
        {
            if (!IsNamed(hash, file))
                return;
            Store.Quarantine(hash);
            lock (tableLock)
                if (table.Find(hash) is { } index)
                    table.SetSize(index, 0);
        }
    }

    bool IsNamed(ObjectHash hash, SafeFileHandle file)
    {
        try
        {
            using var named = Store.OpenHandle(hash);
            var (left, right) = (DirectoryHandle.Stat(named), DirectoryHandle.Stat(file));
            return (left.Device, left.Inode) == (right.Device, right.Inode);
        }
        catch (ObjectNotFoundException)
        {
            return false;
        }
    }
}
