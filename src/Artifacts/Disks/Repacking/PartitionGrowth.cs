using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace ImageSdk.Artifacts.Disks.Repacking;

/// <summary>Has the partition table of a disk that has become larger say so. All else in it stays as it is.</summary>
static class PartitionGrowth
{
    const int MbrTable = 446, MbrEntry = 16, MbrEntries = 4;

    static readonly byte[] extendedTypes = [0x05, 0x0F, 0x85];

    /// <param name="file">The disk, with the source's table.</param>
    /// <param name="root">As it is to be.</param>
    public static void Run(ArtifactContext context, ISourceDisk source, string file, SourcePartition root)
    {
        if (root.Number == 0)
            return;
        // The second copy of the table lies at the end.
        if (IsGpt(source))
            context.Tools.Run(PartitionTable.Tool, [.. options, "--relocate", "gpt-bak-std", file]);
        if (source.Partitions[^1].Number != root.Number || source.Partitions[^1].Length == root.Length)
            return;
        if (!IsGpt(source) && root.Number > MbrEntries && FindExtended(source, root.Start) is var (number, start))
            Resize(number, start, root.End - start);
        Resize(root.Number, root.Start, root.Length);

        void Resize(int number, long start, long length) => context.Tools.Run(
            PartitionTable.Tool, [.. options, "--wipe-partitions", "never", "-N", number.ToString(CultureInfo.InvariantCulture), file],
            input: stream => stream.Write(Encoding.ASCII.GetBytes($"start={start / PartitionTable.SectorSize}, size={length / PartitionTable.SectorSize}\n")));
    }

    static readonly string[] options = ["--quiet", "--no-reread", "--no-tell-kernel", "--wipe", "never"];

    static bool IsGpt(ISourceDisk source)
    {
        var magic = new byte[8];
        source.Read(PartitionTable.SectorSize, magic);
        return magic.AsSpan().SequenceEqual("EFI PART"u8);
    }

    /// <summary>The partition of an MBR that holds logical ones.</summary>
    static (int Number, long Start)? FindExtended(ISourceDisk source, long within)
    {
        var sector = new byte[PartitionTable.SectorSize];
        source.Read(0, sector);
        for (var index = 0; index < MbrEntries; index++)
        {
            var entry = sector.AsSpan(MbrTable + index * MbrEntry, MbrEntry);
            var (start, length) = (Sectors(entry[8..]), Sectors(entry[12..]));
            if (extendedTypes.Contains(entry[4]) && start <= within && within < start + length)
                return (index + 1, start);
        }
        return null;

        static long Sectors(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt32LittleEndian(bytes) * (long)PartitionTable.SectorSize;
    }
}
