using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ImageSdk.Posix;

/// <summary>
/// Reads a file from its start to its end and knows its holes: their zeros are made rather than read, which spares the time of the
/// file system and the room in its cache. Not for several threads at once; nothing else may move the file's position.
/// </summary>
public sealed unsafe class SparseReader
{
    const int SeekEnd = 2;
    const int SeekData = 3;
    const int SeekHole = 4;

    readonly SafeFileHandle? handle;
    readonly int descriptor;
    readonly string path;
    long at;
    long dataEnd; // Up to here it is data.
    long holeEnd; // Up to here it is a hole.

    /// <param name="file">Stays the caller's, and open.</param>
    /// <param name="start">Where to begin, bytes.</param>
    public SparseReader(SafeFileHandle file, long start = 0)
        : this((int)file.DangerousGetHandle(), "an open file")
    {
        handle = file;
        at = start;
    }

    internal SparseReader(int descriptor, string path)
    {
        this.descriptor = descriptor;
        this.path = path;
    }

    /// <summary>Whether a file is worth the two questions of where its holes are.</summary>
    public static bool IsWorthIt(ulong size) => size >= 1 << 20;

    /// <summary>Reads up to the length of the buffer, or to the end of the file.</summary>
    public int Read(Span<byte> buffer)
    {
        var total = 0;
        while (total < buffer.Length)
        {
            if (at >= dataEnd && at >= holeEnd && !TryFind())
                break;
            if (at < holeEnd)
            {
                var zeros = (int)Math.Min(buffer.Length - total, holeEnd - at);
                buffer.Slice(total, zeros).Clear();
                total += zeros;
                at += zeros;
                continue;
            }
            var count = ReadData(buffer[total..(int)Math.Min(buffer.Length, total + (dataEnd - at))]);
            if (count == 0)
                break;
            total += count;
            at += count;
        }
        GC.KeepAlive(handle);
        return total;
    }

    /// <summary>Finds out what the file has next; false at its end.</summary>
    bool TryFind()
    {
        var data = Libc.Seek(descriptor, at, SeekData);
        if (data < 0)
        {
            if (Marshal.GetLastPInvokeError() != Errno.NoSuchAddress)
            {
                // A file system, or a kind of file, that does not tell.
                dataEnd = long.MaxValue;
                return true;
            }
            holeEnd = Libc.Seek(descriptor, 0, SeekEnd);
            return holeEnd > at;
        }
        if (data > at)
        {
            holeEnd = data;
            return true;
        }
        dataEnd = Libc.Seek(descriptor, at, SeekHole) is > 0 and var hole && hole > at ? hole : long.MaxValue;
        return true;
    }

    int ReadData(Span<byte> buffer)
    {
        fixed (byte* pointer = buffer)
            while (true)
            {
                var count = (int)Libc.ReadAt(descriptor, pointer, (nuint)buffer.Length, at);
                if (count >= 0)
                    return count;
                if (Marshal.GetLastPInvokeError() != Errno.Interrupted)
                    throw PosixException.Last("read", path);
            }
    }
}
