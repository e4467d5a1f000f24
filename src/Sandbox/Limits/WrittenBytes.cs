using ImageSdk.Posix;

namespace ImageSdk.Sandbox.Limits;

/// <summary>
/// Watches how much a stage writes. Its directory is measured only where the file system has lost as much room as the stage may take:
/// the kernel says that at once, and a walk takes long.
/// </summary>
sealed class WrittenBytes
{
    readonly string directory;
    readonly long limit;
    readonly long before;
    long next;

    /// <param name="limit">Bytes; 0 for none.</param>
    public WrittenBytes(string directory, long limit)
    {
        (this.directory, this.limit) = (directory, limit);
        if (limit == 0)
            return;
        before = ReadFree();
        next = limit;
    }

    public bool IsOver()
    {
        if (limit == 0 || before - ReadFree() is var lost && lost < next)
            return false;
        if (Measure(directory) > limit)
            return true;
        // It was another's, or what is gone again.
        next = lost + limit / 8;
        return false;
    }

    long ReadFree() => new DriveInfo(directory).AvailableFreeSpace;

    /// <summary>Of all regular files below a directory, which is changed meanwhile.</summary>
    public static long Measure(string directory)
    {
        var seen = new HashSet<ulong>();
        long bytes = 0;
        var waiting = new Stack<DirectoryInfo>([new(directory)]);
        while (waiting.TryPop(out var next))
            try
            {
                using var handle = DirectoryHandle.Open(next.FullName);
                foreach (var name in handle.ReadNames())
                    if (handle.TryStat(name) is not { } status)
                        continue;
                    else if (status.Kind == FileKind.Directory)
                        waiting.Push(new(Path.Combine(next.FullName, System.Text.Encoding.UTF8.GetString(name))));
                    else if (status.Kind == FileKind.Regular && (status.LinkCount < 2 || seen.Add(status.Inode)))
                        bytes += (long)status.Size;
            }
            catch (IOException)
            {
                // Gone again, or with a name that is no text: the layer is measured wholly when it is kept.
            }
        return bytes;
    }
}
