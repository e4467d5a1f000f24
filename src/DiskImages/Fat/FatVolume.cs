using ImageSdk.DiskImages.Blocks;
using ImageSdk.DiskImages.Volumes;
using static ImageSdk.DiskImages.Volumes.Field;

namespace ImageSdk.DiskImages.Fat;

/// <summary>A FAT of 12, 16 or 32 bits (Microsoft's "FAT: General Overview of On-Disk Format" 1.03), read without mounting it.</summary>
sealed class FatVolume
{
    const int SectorLength = 512, WindowLength = 1 << 16, EntryLength = 32;
    const uint FirstCluster = 2, MostClustersOf12 = 4084;

    /// <summary>Entries that a directory may have.</summary>
    const int MostEntries = 1 << 16;

    readonly byte[] boot = new byte[SectorLength];
    readonly int bits;
    readonly long tableStart, tableLength, rootStart, rootLength, dataStart;
    readonly uint clusters;
    readonly byte[] window = new byte[WindowLength];
    long windowStart = -1;

    /// <exception cref="DiskImageException">It is none, or damaged.</exception>
    public FatVolume(IBlocks blocks)
    {
        Blocks = blocks;
        if (!IsOne(blocks))
            throw new DiskImageException("it is no FAT");
        blocks.Read(0, boot);
        var (sector, tables, rootEntries) = ((long)Little16(boot, 11), boot[16], Little16(boot, 17));
        var tableSectors = Little16(boot, 22) is var small and not 0 ? small : Little32(boot, 36);
        var total = (Little16(boot, 19) is var few and not 0 ? few : Little32(boot, 32)) * sector;
        ClusterSize = (int)(sector * boot[13]);
        tableStart = Little16(boot, 14) * sector;
        tableLength = tableSectors * sector;
        rootStart = tableStart + tables * tableLength;
        rootLength = (rootEntries * EntryLength + sector - 1) / sector * sector;
        dataStart = rootStart + rootLength;
        if (total > blocks.Length)
            throw new DiskImageException($"its file system has {total} bytes, more than there are: it is cut off");
        if (tableLength == 0 || dataStart >= total)
            throw Damaged("the boot sector contradicts itself");
        var count = (total - dataStart) / ClusterSize;
        IsLong = Little16(boot, 22) == 0;
        bits = IsLong ? 32 : count > MostClustersOf12 ? 16 : 12;
        clusters = (uint)Math.Min(count, tableLength * 8 / bits - FirstCluster);
        // Where the copies of the table are not kept the same, one of them counts.
        if (IsLong && (Little16(boot, 40) & 0x80) != 0 && (Little16(boot, 40) & 0xF) is var active && active < tables)
            tableStart += active * tableLength;
    }

    /// <summary>Whether there is such a file system. Others have a boot sector with the same mark, but not with these sizes.</summary>
    public static bool IsOne(IBlocks blocks)
    {
        if (blocks.Length < SectorLength)
            return false;
        Span<byte> boot = stackalloc byte[SectorLength];
        blocks.Read(0, boot);
        return Little16(boot, 510) == 0xAA55 && boot[0] is 0xEB or 0xE9 && Little16(boot, 11) is 512 or 1024 or 2048 or 4096 && boot[13] is not 0 && (boot[13] & (boot[13] - 1)) == 0
            && Little16(boot, 14) != 0 && boot[16] is 1 or 2 && boot[21] is 0xF0 or >= 0xF8
            && (Little16(boot, 22) == 0 ? Little16(boot, 17) == 0 && Little32(boot, 36) != 0 : Little16(boot, 17) != 0);
    }

    public IBlocks Blocks { get; }

    /// <summary>Bytes.</summary>
    public int ClusterSize { get; }

    /// <summary>Whether it has 32 bits, and its root directory in clusters.</summary>
    public bool IsLong { get; }

    public uint RootCluster => IsLong ? Little32(boot, 44) : 0;

    /// <summary>As it was made; "NO NAME" for none.</summary>
    public ReadOnlySpan<byte> BootLabel => boot.AsSpan(IsLong ? 71 : 43, 11);

    public uint Serial => Little32(boot, IsLong ? 67 : 39);

    /// <summary>Where a file lies.</summary>
    /// <param name="size">Bytes that it has.</param>
    /// <exception cref="DiskImageException">Its clusters end before that, or lead nowhere.</exception>
    public IEnumerable<ContentPiece> PiecesOf(uint cluster, long size)
    {
        for (var offset = 0L; offset < size; cluster = Next(cluster))
        {
            if (IsEnd(cluster))
                throw Damaged("a file is shorter than its size");
            // Those that follow each other are one piece.
            var (start, length) = (offset, 0L);
            var place = PlaceOf(cluster);
            for (; ; cluster = Next(cluster))
            {
                length += ClusterSize;
                if (start + length >= size || Next(cluster) != cluster + 1)
                    break;
            }
            offset += length;
            yield return new(start, length, place);
        }
    }

    /// <summary>The entries of a directory, 32 bytes each.</summary>
    /// <param name="cluster">0 for a root directory of its own place.</param>
    public byte[] ReadDirectory(uint cluster)
    {
        if (cluster == 0)
        {
            var root = new byte[rootLength];
            Blocks.Read(rootStart, root);
            return root;
        }
        var content = new MemoryStream();
        var buffer = new byte[ClusterSize];
        for (; !IsEnd(cluster); cluster = Next(cluster))
        {
            if (content.Length >= MostEntries * EntryLength)
                throw Damaged($"a directory has more than {MostEntries} entries");
            Blocks.Read(PlaceOf(cluster), buffer);
            content.Write(buffer);
        }
        return content.ToArray();
    }

    long PlaceOf(uint cluster) => cluster >= FirstCluster && cluster - FirstCluster < clusters ? dataStart + (long)(cluster - FirstCluster) * ClusterSize : throw Damaged($"there is no cluster {cluster}");

    bool IsEnd(uint cluster) => cluster >= (bits == 32 ? 0x0FFF_FFF8 : bits == 16 ? 0xFFF8 : 0xFF8);

    uint Next(uint cluster)
    {
        if (cluster < FirstCluster || cluster - FirstCluster >= clusters)
            throw Damaged($"there is no cluster {cluster}");
        if (bits == 12)
        {
            var place = cluster + cluster / 2;
            var pair = (uint)(ByteOfTable(place) | ByteOfTable(place + 1) << 8);
            return cluster % 2 == 0 ? pair & 0xFFF : pair >> 4;
        }
        var at = (long)cluster * (bits / 8);
        var value = (uint)(ByteOfTable(at) | ByteOfTable(at + 1) << 8);
        return bits == 16 ? value : value | (uint)(ByteOfTable(at + 2) | (ByteOfTable(at + 3) & 0xF) << 8) << 16;
    }

    int ByteOfTable(long place)
    {
        var start = place / WindowLength * WindowLength;
        if (start != windowStart)
        {
            if (place >= tableLength)
                throw Damaged("its table of clusters is too short");
            windowStart = -1;
            Blocks.Read(tableStart + start, window.AsSpan(0, (int)Math.Min(WindowLength, tableLength - start)));
            windowStart = start;
        }
        return window[place - start];
    }
}
