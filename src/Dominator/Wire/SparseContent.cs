using System.Buffers.Binary;
using ImageSdk.Posix;

namespace ImageSdk.Dominator;

/// <summary>
/// The content of an object with holes between two of ours: parts of data, each behind its length and the length of the zeros
/// that follow it, 8 bytes each, big-endian. A peer of the original neither sends nor gets one.
/// </summary>
public static class SparseContent
{
    /// <summary>Objects of so many bytes or fewer are sent as they are.</summary>
    public const ulong MaxPlain = 4 << 20;

    // Less is not worth a question.
    const long LeastZeros = 1 << 20;

    const int HeaderSize = 2 * sizeof(ulong);
    const int SkipBlock = 1 << 16;

    /// <summary>Whether there is enough to be left out of a file.</summary>
    public static bool IsWorthIt(IReadOnlyList<FileRun> runs) => runs.Sum(run => run.Zeros) >= LeastZeros;

    /// <summary>What stands before a part.</summary>
    public static byte[] Header(FileRun run)
    {
        var header = new byte[HeaderSize];
        BinaryPrimitives.WriteInt64BigEndian(header, run.Data);
        BinaryPrimitives.WriteInt64BigEndian(header.AsSpan(sizeof(ulong)), run.Zeros);
        return header;
    }

    /// <summary>Makes a content whole again.</summary>
    /// <param name="read">Reads what comes; returns 0 where it ends.</param>
    /// <param name="length">Bytes of the content.</param>
    internal sealed class Reader(Func<Memory<byte>, ValueTask<int>> read, ulong length)
    {
        readonly byte[] header = new byte[HeaderSize];
        ulong left = length;
        ulong data;
        ulong zeros;

        /// <returns>How many; 0 where all was read, or where what comes ends too early.</returns>
        /// <exception cref="InvalidDataException">A part does not fit the length.</exception>
        public async ValueTask<int> ReadAsync(Memory<byte> destination)
        {
            var wanted = (int)Math.Min((ulong)destination.Length, left);
            if (wanted == 0 || (data == 0 && zeros == 0 && !await TryReadHeaderAsync()))
                return 0;
            int count;
            if (data > 0)
            {
                count = await read(destination[..(int)Math.Min((ulong)wanted, data)]);
                data -= (ulong)count;
            }
            else
            {
                count = (int)Math.Min((ulong)wanted, zeros);
                destination.Span[..count].Clear();
                zeros -= (ulong)count;
            }
            left -= (ulong)count;
            return count;
        }

        /// <summary>Passes over what is left, without making its zeros.</summary>
        /// <exception cref="EndOfStreamException">What comes ends too early.</exception>
        /// <inheritdoc cref="ReadAsync" path="/exception"/>
        public async Task SkipAsync()
        {
            var scratch = new byte[SkipBlock];
            while (left > 0)
            {
                if (data == 0 && zeros == 0 && !await TryReadHeaderAsync())
                    throw new EndOfStreamException();
                left -= zeros;
                zeros = 0;
                if (data > 0 && await ReadAsync(scratch) == 0)
                    throw new EndOfStreamException();
            }
        }

        async ValueTask<bool> TryReadHeaderAsync()
        {
            for (var filled = 0; filled < header.Length;)
            {
                var count = await read(header.AsMemory(filled));
                if (count == 0)
                    return false;
                filled += count;
            }
            (data, zeros) = (BinaryPrimitives.ReadUInt64BigEndian(header), BinaryPrimitives.ReadUInt64BigEndian(header.AsSpan(sizeof(ulong))));
            if (data > left || zeros > left - data || data + zeros == 0)
                throw new InvalidDataException($"a part of {data} bytes and {zeros} zeros does not fit an object that has {left} bytes left");
            return true;
        }
    }
}
