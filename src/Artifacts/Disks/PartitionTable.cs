using System.Globalization;
using System.Text;

namespace ImageSdk.Artifacts.Disks;

/// <summary>A partition: what it is for, and where it lies.</summary>
/// <param name="Name">As the table has it.</param>
/// <param name="Type">GUID of what it is for.</param>
/// <param name="Start">Bytes from the start of the disk.</param>
/// <param name="Size">Bytes.</param>
sealed record Partition(string Name, string Type, Guid Identifier, long Start, long Size)
{
    public const string BiosBoot = "21686148-6449-6E6F-744E-656564454649";
    public const string EfiSystem = "C12A7328-F81F-11D2-BA4B-00A0C93EC93B";

    /// <summary>The root of a system for x86-64, so that programs find it without configuration.</summary>
    public const string LinuxRootX64 = "4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709";
    /// <summary>The hashes by which dm-verity checks that root.</summary>
    public const string LinuxRootVerityX64 = "2C7357ED-EBD2-46D9-AEC1-23D437EC2BF5";

    public const string LinuxFileSystem = "0FC63DAF-8483-4772-8E79-3D69D8477DE4";
}

/// <summary>The partition table of a disk (GPT), which sfdisk writes into a file.</summary>
static class PartitionTable
{
    public static HostTool Tool { get; } = new("sfdisk", "fdisk");

    /// <summary>Partitions begin at multiples of this many bytes; the table's two copies have as much at each end.</summary>
    public const long Alignment = 1 << 20;

    public const int SectorSize = 512;

    public static void Write(ArtifactContext context, string file, Guid identifier, IEnumerable<Partition> partitions)
    {
        var script = new StringBuilder($"label: gpt\nlabel-id: {identifier}\nunit: sectors\nsector-size: {SectorSize}\n\n");
        foreach (var partition in partitions)
            script.Append(CultureInfo.InvariantCulture,
                $"start={partition.Start / SectorSize}, size={partition.Size / SectorSize}, type={partition.Type}, uuid={partition.Identifier}, name=\"{partition.Name}\"\n");
        context.Tools.Run(Tool, ["--quiet", "--no-reread", "--no-tell-kernel", "--wipe", "never", file], input: stream => stream.Write(Encoding.ASCII.GetBytes(script.ToString())));
    }
}
