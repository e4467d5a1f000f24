namespace ImageSdk.Posix;

/// <summary>How much of the disk a tree takes.</summary>
public sealed unsafe partial class DirectoryHandle
{
    /// <summary>What stat counts blocks in, whatever those of the file system are.</summary>
    const ulong StatBlock = 512;

    /// <summary>Bytes that all below takes on the disk: holes take none, and a file with several names counts for each. What others remove meanwhile does not count.</summary>
    public ulong Measure()
    {
        var total = 0ul;
        foreach (var name in ReadNames())
        {
            Libc.StatXBuffer buffer;
            using var terminated = new TerminatedName(name);
            fixed (byte* pointer = terminated.Bytes)
                if (Libc.StatX(Descriptor, pointer, Libc.AtSymlinkNoFollow, StatMask, &buffer) != 0)
                    continue;
            total += buffer.Blocks * StatBlock;
            if (FileStatus.KindOf(buffer.Mode) == FileKind.Directory && TryOpenDirectory(name) is { } below)
                using (below)
                    total += below.Measure();
        }
        return total;
    }

    DirectoryHandle? TryOpenDirectory(ReadOnlySpan<byte> name)
    {
        try
        {
            return OpenDirectory(name);
        }
        catch (PosixException problem) when (problem.IsNotFound)
        {
            return null;
        }
    }
}
