using System.Buffers;
using Microsoft.Win32.SafeHandles;

namespace ImageSdk.Posix;

/// <summary>Writes content into new files and leaves out long runs of zeros, so that the files have holes there.</summary>
public static class SparseWriter
{
    /// <summary>Blocks of so many bytes, at multiples of it in the file, are left out where they are zeros. Shorter holes cost more than they save.</summary>
    public const int BlockSize = 64 << 10;

    /// <summary>At the ends of a content, blocks that are cut are left out down to this length: a page.</summary>
    const int LeastHole = 4096;

    const int BufferSize = 4 * BlockSize;

    /// <summary>Writes at a place where the file has nothing yet, or nothing but zeros. It is as long afterwards as if all had been written.</summary>
    public static void Write(SafeFileHandle file, ReadOnlySpan<byte> content, long position)
    {
        var runs = new Runs(content, position);
        while (runs.TryTake(out var run, out var isHole))
        {
            if (!isHole)
                RandomAccess.Write(file, run, position);
            else if (runs.IsEmpty)
                RandomAccess.SetLength(file, position + run.Length);
            position += run.Length;
        }
    }

    /// <summary>Copies a whole file into a new one. Holes are not read, and zeros become holes.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled; the target has a part.</exception>
    public static void Copy(SafeFileHandle from, SafeFileHandle to, CancellationToken cancellation = default)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            var reader = new SparseReader(from);
            var position = 0L;
            for (int count; (count = reader.Read(buffer.AsSpan(0, BufferSize))) > 0; position += count)
            {
                cancellation.ThrowIfCancellationRequested();
                Write(to, buffer.AsSpan(0, count), position);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>The content of a file piece by piece: what is written, and holes.</summary>
    internal ref struct Runs(ReadOnlySpan<byte> content, long position)
    {
        ReadOnlySpan<byte> rest = content;
        long position = position;

        public readonly bool IsEmpty => rest.IsEmpty;

        public bool TryTake(out ReadOnlySpan<byte> run, out bool isHole)
        {
            var length = BlockAt(0);
            isHole = IsHole(rest[..length]);
            while (length < rest.Length && BlockAt(length) is var next && IsHole(rest.Slice(length, next)) == isHole)
                length += next;
            run = rest[..length];
            rest = rest[length..];
            position += length;
            return length > 0;
        }

        readonly int BlockAt(int start) => (int)Math.Min(rest.Length - start, BlockSize - ((position + start) % BlockSize));

        static bool IsHole(ReadOnlySpan<byte> block) => block.Length >= LeastHole && !block.ContainsAnyExcept((byte)0);
    }
}
