namespace ImageSdk.DiskImages.Btrfs;

/// <summary>Expands a block of LZO1X (the kernel's Documentation/staging/lzo.rst): instructions to copy literals, or what was before.</summary>
static class LzoBlock
{
    /// <summary>State behind a run of literals that had an instruction of its own; below it, the literals that came with a copy.</summary>
    const int AfterRun = 4;

    /// <returns>Bytes written.</returns>
    /// <exception cref="InvalidDataException">It is damaged, or has more than <paramref name="target"/> takes.</exception>
    public static int Expand(ReadOnlySpan<byte> source, Span<byte> target)
    {
        const int FirstRun = 17;
        var (read, written, state) = (0, 0, 0);
        if (source.Length > 0 && source[0] > FirstRun)
        {
            var literals = source[read++] - FirstRun;
            CopyLiterals(source, ref read, target, ref written, literals);
            state = Math.Min(literals, AfterRun);
        }
        while (true)
        {
            var code = Next(source, ref read);
            if (code < 16 && state == 0)
            {
                CopyLiterals(source, ref read, target, ref written, 3 + ReadLength(source, ref read, code, 15));
                state = AfterRun;
                continue;
            }
            int length, distance;
            switch (code)
            {
                case < 16:
                    (length, distance) = state == AfterRun ? (3, 2049) : (2, 1);
                    state = code & 3;
                    distance += (code >> 2) + (Next(source, ref read) << 2);
                    break;
                case < 32:
                    length = 2 + ReadLength(source, ref read, code & 7, 7);
                    distance = 16384 + ((code & 8) << 11) + ReadFar(source, ref read, out state);
                    if (distance == 16384)
                        return written;
                    break;
                case < 64:
                    length = 2 + ReadLength(source, ref read, code & 31, 31);
                    distance = 1 + ReadFar(source, ref read, out state);
                    break;
                default:
                    length = code < 128 ? 3 + (code >> 5 & 1) : 5 + (code >> 5 & 3);
                    state = code & 3;
                    distance = 1 + (code >> 2 & 7) + (Next(source, ref read) << 3);
                    break;
            }
            if (distance > written || length > target.Length - written)
                throw Damaged();
            // A copy may overlap what it makes.
            for (var end = written + length; written < end; written++)
                target[written] = target[written - distance];
            CopyLiterals(source, ref read, target, ref written, state);
        }
    }

    static int ReadFar(ReadOnlySpan<byte> source, ref int read, out int state)
    {
        var value = Next(source, ref read) | Next(source, ref read) << 8;
        state = value & 3;
        return value >> 2;
    }

    // Where the code has no length, zero bytes count 255 each.
    static int ReadLength(ReadOnlySpan<byte> source, ref int read, int length, int none)
    {
        if (length != 0)
            return length;
        length = none;
        int more;
        while ((more = Next(source, ref read)) == 0)
            length += 255;
        return length + more;
    }

    static void CopyLiterals(ReadOnlySpan<byte> source, ref int read, Span<byte> target, ref int written, int count)
    {
        if (count > source.Length - read || count > target.Length - written)
            throw Damaged();
        source.Slice(read, count).CopyTo(target[written..]);
        read += count;
        written += count;
    }

    static int Next(ReadOnlySpan<byte> source, ref int read) => read < source.Length ? source[read++] : throw Damaged();

    static InvalidDataException Damaged() => new("a block of LZO is damaged");
}
