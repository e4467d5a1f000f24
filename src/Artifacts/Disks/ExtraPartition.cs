using System.Text.Json;
using System.Text.Json.Serialization;

namespace ImageSdk.Artifacts.Disks;

/// <summary>
/// A partition of a disk beside that of the root. The members are those of the list that imagetool takes
/// (-extraPartitionsFilename).
/// </summary>
/// <param name="MountPoint">Absolute path of the directory whose content goes there.</param>
/// <param name="FileSystemLabel">Without, the last part of the mount point.</param>
/// <param name="FileSystemType">ext4 or btrfs.</param>
/// <param name="MinimumBytes">The file system's size at least.</param>
/// <param name="MinimumFreeBytes">Bytes free at least.</param>
/// <param name="ReservedBlocksPercentage">Of ext4: percent of the blocks that are root's.</param>
/// <param name="AfterRoot">Whether it lies behind the root on the disk; not a member of imagetool's list.</param>
/// <param name="Grow">Whether it takes what is left of the disk, also of a larger one at a later start; likewise.</param>
/// <param name="RootUserId">Owner of the file system's root; without, that of the directory in the image.</param>
public sealed record ExtraPartition(
    string MountPoint, string FileSystemLabel = "", string FileSystemType = "ext4", long MinimumBytes = 0, long MinimumFreeBytes = 0,
    long? BytesPerInode = null, int? ReservedBlocksPercentage = null, uint? RootUserId = null, uint? RootGroupId = null,
    bool AfterRoot = false, bool Grow = false)
{
    const int Most = 100;

    /// <summary>Lower ones lie before higher ones on the disk.</summary>
    internal int DiskOrder => MountPoint == "/" ? 1 : AfterRoot ? 2 : 0;

    /// <summary>Reads a list of partitions; empty text is an empty one.</summary>
    /// <exception cref="ArtifactException">IMG6023: it is none, or a partition cannot be.</exception>
    public static IReadOnlyList<ExtraPartition> Parse(string text)
    {
        if (text.Length == 0)
            return [];
        try
        {
            var partitions = JsonSerializer.Deserialize(text, ExtraPartitionJson.Default.ExtraPartitionArray) ?? [];
            if (partitions.Length > Most)
                throw Fault($"there are {partitions.Length}, and no more than {Most} can be");
            return [.. partitions.Select(Check).OrderBy(partition => partition.MountPoint, StringComparer.Ordinal).Select((partition, index) => CheckNext(partition, index, partitions))];
        }
        catch (JsonException exception)
        {
            throw Fault($"it is no list of partitions in JSON: {exception.Message}");
        }
    }

    public static string Format(IEnumerable<ExtraPartition> partitions) => JsonSerializer.Serialize([.. partitions], ExtraPartitionJson.Default.ExtraPartitionArray);

    static ExtraPartition Check(ExtraPartition? partition)
    {
        var path = partition?.MountPoint ?? "";
        var names = path.Split('/');
        if (partition is null || names.Length < 2 || names[0].Length > 0 || names.Skip(1).Any(name => name is "" or "." or "..") || path.Any(letter => letter is <= ' ' or '\\' or (char)0x7F))
            throw Fault($"the mount point \"{path}\" is no absolute path below the root without blanks, such as /var/lib/data");
        var label = string.IsNullOrEmpty(partition.FileSystemLabel) ? names[^1][..Math.Min(names[^1].Length, 16)] : partition.FileSystemLabel;
        if (!DiskOptions.IsLabel(label))
            throw Fault($"the label \"{label}\" of {path} is not {DiskOptions.LabelRule}");
        if (partition.FileSystemType is not ("ext4" or "btrfs"))
            throw Fault($"the file system \"{partition.FileSystemType}\" of {path} is neither ext4 nor btrfs");
        if (partition.MinimumBytes < 0 || partition.MinimumFreeBytes < 0 || partition.BytesPerInode is < 1024 or > 67108864 || partition.ReservedBlocksPercentage is < 0 or > 50)
            throw Fault($"a number of {path} is out of range");
        return partition with { FileSystemLabel = label };
    }

    static ExtraPartition CheckNext(ExtraPartition partition, int index, IReadOnlyList<ExtraPartition> all) =>
        all.Count(other => other.MountPoint == partition.MountPoint) > 1 ? throw Fault($"{partition.MountPoint} has two partitions") : partition;

    static ArtifactException Fault(string what) => new("IMG6023", $"The list of extra partitions can't be used: {what}. Correct the ImagePartition items or the list.");
}

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault, PropertyNameCaseInsensitive = true, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(ExtraPartition[]))]
sealed partial class ExtraPartitionJson : JsonSerializerContext;
