using static ImageSdk.DiskImages.Volumes.Field;

namespace ImageSdk.DiskImages.Xfs;

/// <summary>Finds out whether the log has changes that are not in the file system yet: its last record is that of an unmount, or it has.</summary>
static class XfsLog
{
    const int SectorSize = 512, SectorsOfHeader = 64, LongestRecord = 1 << 18, MostBytes = int.MaxValue;
    const uint Magic = 0xFEED_BABE, SecondVersion = 2;
    const byte Unmount = 0x20;

    /// <param name="start">Block where it lies; 0 for one on another device.</param>
    /// <param name="count">Its blocks.</param>
    /// <exception cref="DiskImageException">It has changes, or is damaged.</exception>
    public static void RequireClean(XfsVolume volume, ulong start, uint count)
    {
        if (start == 0)
            throw new DiskImageException("its file system has its log on another device");
        var place = volume.PlaceOf(start, count);
        var length = (long)count * volume.BlockSize;
        if (length is < SectorSize or > MostBytes)
            throw Damaged($"its log has {length} bytes");
        var log = new Sectors(volume, place, (int)(length / SectorSize));
        var head = log.FindHead();
        // Nothing was ever written.
        if (head == 0 && log.CycleOf(0) == 0)
            return;
        if (!log.EndsWithUnmount(head))
            throw new DiskImageException("its file system was not unmounted cleanly, and its log has changes that are not in it yet (mounting it once applies them)");
    }

    /// <summary>The log as a ring: each sector begins with the number of the round in which it was written, or is a header, which has that behind its magic number.</summary>
    readonly struct Sectors(XfsVolume volume, long place, int count)
    {
        public uint CycleOf(int sector)
        {
            var bytes = Read(sector);
            return Big32(bytes, 0) == Magic ? Big32(bytes, 4) : Big32(bytes, 0);
        }

        /// <summary>Where the next record would be written: the first sector of an earlier round.</summary>
        public int FindHead()
        {
            var (first, last) = (CycleOf(0), CycleOf(count - 1));
            if (first == last)
                return 0;
            var (low, high) = (0, count - 1);
            while (high - low > 1)
            {
                var middle = low + (high - low) / 2;
                if (CycleOf(middle) == last)
                    high = middle;
                else
                    low = middle;
            }
            return high;
        }

        public bool EndsWithUnmount(int head)
        {
            const int LongestSearch = LongestRecord / SectorSize + SectorsOfHeader;
            for (var back = 1; back <= Math.Min(LongestSearch, count); back++)
            {
                var sector = (head - back + count) % count;
                var header = Read(sector);
                if (Big32(header, 0) != Magic)
                    continue;
                if (Big32(header, 40) != 1)
                    return false;
                // Beyond 32 KiB, a record has a sector more of header for each.
                const uint PerSector = 1 << 15;
                var size = (Big32(header, 8) & SecondVersion) != 0 ? Math.Min(Big32(header, 320), LongestRecord) : 0;
                var sectors = (int)Math.Max(1, (size + PerSector - 1) / PerSector);
                return (Read((sector + sectors) % count)[9] & Unmount) != 0;
            }
            return false;
        }

        byte[] Read(int sector)
        {
            var bytes = new byte[SectorSize];
            volume.Blocks.Read(place + (long)sector * SectorSize, bytes);
            return bytes;
        }
    }
}
