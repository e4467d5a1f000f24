using Microsoft.Win32.SafeHandles;

namespace ImageSdk.Posix;

/// <summary>What a file has written in it, and its holes.</summary>
public static class FileRuns
{
    const int SeekData = 3;
    const int SeekHole = 4;

    /// <summary>Parts of a file from its start on, each with the hole behind it. One of both may be empty; together they are the file.</summary>
    /// <param name="file">Stays the caller's, and open; its position moves.</param>
    /// <param name="length">Bytes of the file.</param>
    /// <exception cref="EndOfStreamException">The file is shorter.</exception>
    public static IReadOnlyList<FileRun> Of(SafeFileHandle file, long length)
    {
        // What was cut off is no hole.
        if (RandomAccess.GetLength(file) is var actual && actual < length)
            throw new EndOfStreamException($"a file has {actual} bytes, not {length}");
        var runs = new List<FileRun>();
        var descriptor = (int)file.DangerousGetHandle();
        for (var start = 0L; start < length;)
        {
            // The end of the file is a hole as well. A file system that cannot tell has data everywhere.
            var hole = Libc.Seek(descriptor, start, SeekHole) is >= 0 and var found ? Math.Clamp(found, start, length) : length;
            var data = hole < length && Libc.Seek(descriptor, hole, SeekData) is >= 0 and var next ? Math.Clamp(next, hole, length) : length;
            runs.Add(new(start, hole - start, data - hole));
            start = data;
        }
        GC.KeepAlive(file);
        return runs;
    }
}

/// <summary>A part of a file.</summary>
/// <param name="Start">Of the data, bytes.</param>
/// <param name="Data">Bytes that are written.</param>
/// <param name="Zeros">Bytes of the hole behind them.</param>
public readonly record struct FileRun(long Start, long Data, long Zeros);
