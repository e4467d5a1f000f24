using ImageSdk.Archives;
using ImageSdk.DiskImages.Volumes;
using ImageSdk.Posix;
using Microsoft.Win32.SafeHandles;

namespace ImageSdk.DiskImages.Unpacking;

/// <summary>The tree of a tar file, in the file's order.</summary>
static class TarTree
{
    const int BufferSize = 1 << 20;

    /// <param name="tar">Without compression.</param>
    /// <exception cref="DiskImageException">It is damaged, or leads out of its root.</exception>
    public static IEnumerable<SourceEntry> Read(SafeFileHandle tar)
    {
        var reader = new TarFileReader(new FileRange(tar, 0, RandomAccess.GetLength(tar)));
        while (Next(reader) is { } entry)
            yield return Describe(entry, tar);
    }

    static TarFileEntry? Next(TarFileReader reader)
    {
        try
        {
            return reader.Read();
        }
        catch (Exception exception) when (exception is InvalidDataException or OverflowException or EndOfStreamException)
        {
            throw new DiskImageException($"it is no readable tar file: {exception.Message}", exception);
        }
    }

    static SourceEntry Describe(TarFileEntry entry, SafeFileHandle tar)
    {
        var kind = entry.Type switch
        {
            '0' or '\0' or '7' or '1' or 'S' => FileKind.Regular,
            '2' => FileKind.Symlink,
            '3' => FileKind.CharacterDevice,
            '4' => FileKind.BlockDevice,
            '5' => FileKind.Directory,
            '6' => FileKind.Fifo,
            var other => throw new DiskImageException($"its entry {entry.Name} is of the type '{other}', which is not known here"),
        };
        return new(Clean(entry.Name.Span), kind, entry.Mode & 0xFFF, entry.Uid, entry.Gid, new(entry.Mtime.Seconds, entry.Mtime.Nanoseconds))
        {
            Attributes = entry.Attributes,
            Target = entry.LinkName.Span.ToArray(),
            Existing = entry.Type == '1' ? Clean(entry.LinkName.Span) : null,
            Device = DeviceNumber.Encode(entry.DeviceMajor, entry.DeviceMinor),
            Length = entry.Length,
            WriteContent = file => Write(entry, tar, file),
        };
    }

    static byte[] Clean(ReadOnlySpan<byte> name)
    {
        var path = new List<byte>();
        foreach (var range in name.Split((byte)'/'))
        {
            var part = name[range];
            if (part.IsEmpty || part.SequenceEqual("."u8))
                continue;
            if (part.SequenceEqual(".."u8))
                throw new DiskImageException("a name in it leads out of its root (..)");
            if (path.Count > 0)
                path.Add((byte)'/');
            path.AddRange(part);
        }
        return [.. path];
    }

    static void Write(TarFileEntry entry, SafeFileHandle tar, SafeFileHandle file)
    {
        var buffer = new byte[Math.Min(BufferSize, Math.Max(1, entry.Length))];
        foreach (var piece in entry.Pieces ?? [new TarPiece(0, entry.Start, entry.Length)])
            for (var done = 0L; done < piece.Length;)
            {
                var count = RandomAccess.Read(tar, buffer.AsSpan(0, (int)Math.Min(buffer.Length, piece.Length - done)), piece.Start + done);
                if (count == 0)
                    throw new DiskImageException($"it ends within {entry.Name}");
                RandomAccess.Write(file, buffer.AsSpan(0, count), piece.Place + done);
                done += count;
            }
    }
}
