namespace ImageSdk.DiskImages.Squashfs;

/// <summary>Expands a block of LZ4 (its block format 1.6), which is sequences of literals and of copies of what was before.</summary>
static class Lz4Block
{
    const int ShortestCopy = 4, Longer = 15;

    /// <returns>Bytes written.</returns>
    /// <exception cref="InvalidDataException">It is damaged, or has more than <paramref name="target"/> takes.</exception>
    public static int Expand(ReadOnlySpan<byte> source, Span<byte> target)
    {
        var (read, written) = (0, 0);
        while (read < source.Length)
        {
            var token = source[read++];
            var literals = ReadLength(source, ref read, token >> 4);
            if (literals > source.Length - read || literals > target.Length - written)
                throw Damaged();
            source.Slice(read, literals).CopyTo(target[written..]);
            read += literals;
            written += literals;
            // The last sequence has literals alone.
            if (read == source.Length)
                break;
            if (read + 2 > source.Length)
                throw Damaged();
            var distance = source[read] | source[read + 1] << 8;
            read += 2;
            var length = ReadLength(source, ref read, token & Longer) + ShortestCopy;
            if (distance == 0 || distance > written || length > target.Length - written)
                throw Damaged();
            // A copy may overlap what it makes.
            for (var end = written + length; written < end; written++)
                target[written] = target[written - distance];
        }
        return written;
    }

    static int ReadLength(ReadOnlySpan<byte> source, ref int read, int length)
    {
        if (length != Longer)
            return length;
        byte more;
        do
        {
            if (read >= source.Length || length > int.MaxValue - byte.MaxValue - ShortestCopy)
                throw Damaged();
            length += more = source[read++];
        }
        while (more == byte.MaxValue);
        return length;
    }

    static InvalidDataException Damaged() => new("a block of LZ4 is damaged");
}
