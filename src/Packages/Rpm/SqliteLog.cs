using System.Buffers.Binary;

namespace ImageSdk.Packages.Rpm;

/// <summary>The write-ahead log of an SQLite database: pages of changes that are complete, and not in the database yet.</summary>
sealed class SqliteLog
{
    const int HeaderLength = 32, FrameHeader = 24;
    const uint Magic = 0x377F_0682;

    readonly RpmFile file;
    readonly int pageSize;
    readonly Dictionary<uint, long> pages = [];

    SqliteLog(RpmFile file, int pageSize) => (this.file, this.pageSize) = (file, pageSize);

    /// <summary>Null for a log of which nothing counts.</summary>
    public static SqliteLog? TryRead(RpmFile file, int pageSize)
    {
        if (file.Length < HeaderLength)
            return null;
        var header = file.Read(0, HeaderLength);
        var isBig = (Big32(header, 0) & 1) != 0;
        var sums = Add((0, 0), header.AsSpan(0, 24), isBig);
        if ((Big32(header, 0) & ~1u) != Magic || Big32(header, 8) != pageSize || sums != (Big32(header, 24), Big32(header, 28)))
            return null;
        var log = new SqliteLog(file, pageSize);
        var pending = new List<(uint Page, long Place)>();
        // Checksums go on from frame to frame; behind the last one that counts may be frames of earlier rounds.
        for (var place = (long)HeaderLength; place <= file.Length - FrameHeader - pageSize; place += FrameHeader + pageSize)
        {
            var frame = file.Read(place, FrameHeader + pageSize);
            sums = Add(Add(sums, frame.AsSpan(0, 8), isBig), frame.AsSpan(FrameHeader), isBig);
            if (!frame.AsSpan(8, 8).SequenceEqual(header.AsSpan(16, 8)) || sums != (Big32(frame, 16), Big32(frame, 20)))
                break;
            pending.Add((Big32(frame, 0), place + FrameHeader));
            if (Big32(frame, 4) == 0)
                continue;
            // A change is complete with the frame that has the database's new size.
            foreach (var (page, at) in pending)
                log.pages[page] = at;
            pending.Clear();
        }
        return log;
    }

    /// <summary>Null for a page that the log does not have.</summary>
    public byte[]? TryReadPage(uint number) => pages.TryGetValue(number, out var place) ? file.Read(place, pageSize) : null;

    static (uint, uint) Add((uint First, uint Second) sums, ReadOnlySpan<byte> bytes, bool isBig)
    {
        var (first, second) = sums;
        for (; bytes.Length >= 8; bytes = bytes[8..])
        {
            first += Number(bytes, isBig) + second;
            second += Number(bytes[4..], isBig) + first;
        }
        return (first, second);
    }

    static uint Number(ReadOnlySpan<byte> bytes, bool isBig) => isBig ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt32LittleEndian(bytes);

    static uint Big32(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt32BigEndian(bytes[offset..]);
}
