using System.Runtime.InteropServices;

namespace ImageSdk.Posix;

/// <summary>
/// An open file or directory, by descriptor: what is done to it is done to this one, whatever becomes of its name. For
/// trees of many small files: no stream, no buffer, no system call but those that are asked for.
/// </summary>
public sealed unsafe class OpenFile : IDisposable
{
    int descriptor;
    SparseReader? sparse;

    readonly DirectoryHandle directory;
    readonly byte[] path;

    internal OpenFile(int descriptor, DirectoryHandle directory, ReadOnlySpan<byte> path)
    {
        this.descriptor = descriptor;
        this.directory = directory;
        this.path = path.ToArray();
    }

    ~OpenFile() => Close();

    /// <summary>For messages.</summary>
    public string Path => directory.Describe(path);

    /// <summary>Reads up to the length of the buffer, or to the end of the file.</summary>
    public int Read(Span<byte> buffer)
    {
        var total = 0;
        fixed (byte* pointer = buffer)
        {
            while (total < buffer.Length)
            {
                var count = (int)Libc.Read(descriptor, pointer + total, (nuint)(buffer.Length - total));
                if (count == 0)
                    break;
                if (count > 0)
                    total += count;
                else if (Marshal.GetLastPInvokeError() != Errno.Interrupted)
                    throw PosixException.Last("read", Path);
            }
        }
        return total;
    }

    /// <summary>
    /// As <see cref="Read"/>, from the start of the file, with holes made rather than read. Not to be mixed with other ways to read.
    /// </summary>
    public int ReadSparse(Span<byte> buffer) => (sparse ??= new SparseReader(descriptor, Path)).Read(buffer);

    /// <summary>Goes to a place, bytes from the start.</summary>
    public void Seek(long position) => Check(Libc.Seek(descriptor, position, 0) == position ? 0 : -1, "seek");

    /// <summary>Goes back to the start, to read what was written.</summary>
    public void Rewind()
    {
        sparse = null;
        Seek(0);
    }

    public void Write(ReadOnlySpan<byte> content)
    {
        fixed (byte* pointer = content)
        {
            for (var total = 0; total < content.Length;)
            {
                var count = (int)Libc.Write(descriptor, pointer + total, (nuint)(content.Length - total));
                if (count >= 0)
                    total += count;
                else if (Marshal.GetLastPInvokeError() != Errno.Interrupted)
                    throw PosixException.Last("write", Path);
            }
        }
    }

    /// <summary>Writes behind what was written before, and leaves out long runs of zeros: the file gets holes there.</summary>
    public void WriteSparse(ReadOnlySpan<byte> content)
    {
        if (content.Length < SparseWriter.BlockSize)
        {
            Write(content);
            return;
        }
        const int current = 1;
        var position = Libc.Seek(descriptor, 0, current);
        var runs = new SparseWriter.Runs(content, position);
        while (runs.TryTake(out var run, out var isHole))
        {
            position += run.Length;
            if (!isHole)
                Write(run);
            else
                Check(Libc.Seek(descriptor, position, 0) == position && (!runs.IsEmpty || Libc.Truncate(descriptor, position) == 0) ? 0 : -1, "extend");
        }
    }

    /// <summary>Owner, group and permission bits.</summary>
    public (uint Uid, uint Gid, uint Permissions) ReadOwnership()
    {
        const uint ownership = 0x1B; // STATX_TYPE, _MODE, _UID, _GID
        Libc.StatXBuffer buffer;
        byte empty = 0;
        Check(Libc.StatX(descriptor, &empty, Libc.AtEmptyPath, ownership, &buffer), "stat");
        return (buffer.Uid, buffer.Gid, buffer.Mode & 0xFFFu);
    }

    public void SetOwner(uint uid, uint gid) => Check(Libc.ChangeOwner(descriptor, uid, gid), "chown");

    public void SetPermissions(uint permissions) => Check(Libc.ChangeMode(descriptor, permissions), "chmod");

    /// <summary>Sets the modification and the access time.</summary>
    public void SetTimes(PosixTime time)
    {
        var times = stackalloc Libc.TimeSpec[2];
        times[0] = times[1] = new Libc.TimeSpec { Seconds = (nint)time.Seconds, Nanoseconds = time.Nanoseconds };
        Check(Libc.SetTimes(descriptor, times), "set times");
    }

    public void SetAttribute(ReadOnlySpan<byte> attribute, ReadOnlySpan<byte> value)
    {
        using var terminated = new TerminatedName(attribute);
        fixed (byte* name = terminated.Bytes)
        fixed (byte* content = value)
            Check(Libc.SetFileAttribute(descriptor, name, content, (nuint)value.Length, 0), "set attribute of");
    }

    /// <summary>The extended attributes. Empty where the file system has none.</summary>
    public List<(byte[] Name, byte[] Value)> ReadAttributes()
    {
        const int usual = 1024;
        var small = stackalloc byte[usual];
        var length = Libc.ListFileAttributes(descriptor, small, usual);
        if (length == 0)
            return [];
        var list = length > 0 ? new Span<byte>(small, (int)length).ToArray() : ListLong();
        var attributes = new List<(byte[], byte[])>();
        for (var rest = list.AsSpan(); !rest.IsEmpty;)
        {
            var end = rest.IndexOf((byte)0);
            if (GetAttribute(rest[..(end + 1)]) is { } value)
                attributes.Add((rest[..end].ToArray(), value));
            rest = rest[(end + 1)..];
        }
        return attributes;
    }

    public void Dispose()
    {
        Close();
        GC.SuppressFinalize(this);
    }

    byte[] ListLong()
    {
        var length = Libc.ListFileAttributes(descriptor, null, 0);
        if (length <= 0)
            return [];
        var list = new byte[length];
        fixed (byte* buffer = list)
            length = Libc.ListFileAttributes(descriptor, buffer, (nuint)list.Length);
        return length < 0 ? throw PosixException.Last("list attributes of", Path) : list[..(int)length];
    }

    byte[]? GetAttribute(ReadOnlySpan<byte> terminatedName)
    {
        fixed (byte* name = terminatedName)
        {
            var length = Libc.GetFileAttribute(descriptor, name, null, 0);
            if (length < 0)
                return null;
            var value = new byte[length];
            fixed (byte* buffer = value)
                length = Libc.GetFileAttribute(descriptor, name, buffer, (nuint)value.Length);
            return length < 0 ? null : value[..(int)length];
        }
    }

    void Check(int result, string operation)
    {
        if (result != 0)
            throw PosixException.Last(operation, Path);
    }

    void Close()
    {
        if (Interlocked.Exchange(ref descriptor, -1) is >= 0 and var open)
            Libc.Close(open);
    }
}
