using System.Globalization;

namespace ImageSdk.Artifacts.Tests.Disks;

/// <summary>A disk that the usual tools make, to be repacked.</summary>
sealed class SampleSource : ISourceDisk
{
    readonly string file;
    readonly Dictionary<int, string> contents = [];

    /// <param name="table">For sfdisk.</param>
    /// <param name="size">Bytes.</param>
    public SampleSource(string file, string table, long size)
    {
        this.file = file;
        using (var disk = File.Create(file))
            disk.SetLength(size);
        var script = file + ".table";
        File.WriteAllText(script, table);
        DiskTools.Run("sh", "-c", "sfdisk --quiet \"$1\" < \"$2\"", "sh", file, script);
        File.Delete(script);
        Partitions = [.. SampleRoot.PartitionsOf(file).Select((partition, index) => new SourcePartition(index + 1, partition.Start, partition.Size, "", null))];
    }

    public string FileName => file;

    public long Length => new FileInfo(file).Length;

    public IReadOnlyList<SourcePartition> Partitions { get; private set; }

    public IReadOnlyList<string> UnknownMounts { get; set; } = [];

    public SourcePartition this[string mountPoint] => Partitions.Single(partition => partition.MountPoint == mountPoint);

    /// <summary>Says what is in a partition.</summary>
    public void Set(int number, string fileSystem, string? mountPoint, int? place = null)
    {
        var partitions = Partitions.ToList();
        var index = (place ?? number) - 1;
        partitions[index] = partitions[index] with { Number = number, FileSystem = fileSystem, MountPoint = mountPoint };
        Partitions = partitions;
    }

    /// <summary>Takes the one that holds logical ones out of the list.</summary>
    public void RemoveExtended(int number) => Partitions = [.. Partitions.Where(partition => partition.Number != number)];

    /// <summary>A disk without a table: a file system fills it.</summary>
    public void SetWhole()
    {
        Write(0, new byte[1 << 20]);
        Write(Length - (1 << 20), new byte[1 << 20]);
        Partitions = [new(0, 0, Length, "ext4", "/")];
    }

    /// <summary>Puts a file into a FAT that the image does not have, or has another one.</summary>
    public void Unwritten(string mountPoint, string path, string content)
    {
        var partition = this[mountPoint];
        var changed = contents[partition.Number] + path;
        Directory.CreateDirectory(Path.GetDirectoryName(changed)!);
        File.WriteAllText(changed, content);
        MakeFat(partition, []);
        DiskTools.Run("sh", "-c", "cd \"$1\" && mcopy -s -i \"$2\" * ::", "sh", contents[partition.Number], $"{file}@@{partition.Start}");
    }

    /// <summary>Makes a file system of the family ext2, ext3, ext4.</summary>
    /// <param name="content">Its files by their paths; none for an empty one.</param>
    public void MakeExt(SourcePartition partition, string[] options, params (string Path, string Content)[] content)
    {
        var folder = Fill(partition, content);
        DiskTools.Run("mke2fs", [.. "-q -F".Split(' '), .. options, "-d", folder, "-E", $"offset={partition.Start}", file, $"{partition.Length / 1024}k"]);
    }

    public void MakeFat(SourcePartition partition, params (string Path, string Content)[] content)
    {
        var folder = Fill(partition, content);
        DiskTools.Run("mkfs.vfat", "-i", "1234ABCD", "--offset", Number(partition.Start / 512), file, Number(partition.Length / 1024));
        if (content.Length > 0)
            DiskTools.Run("sh", "-c", "cd \"$1\" && mcopy -s -i \"$2\" * ::", "sh", folder, $"{file}@@{partition.Start}");
    }

    public void Write(long place, byte[] bytes)
    {
        using var handle = File.OpenHandle(file, FileMode.Open, FileAccess.Write);
        RandomAccess.Write(handle, bytes, place);
    }

    public void Read(long offset, Span<byte> destination)
    {
        using var handle = File.OpenHandle(file);
        Assert.Equal(destination.Length, RandomAccess.Read(handle, destination, offset));
    }

    public void Unpack(SourcePartition partition, string directory) => DiskTools.Run("cp", "-a", contents[partition.Number] + "/.", directory);

    string Fill(SourcePartition partition, (string Path, string Content)[] content)
    {
        var folder = Directory.CreateDirectory($"{file} {partition.Number}").FullName;
        foreach (var (path, text) in content)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(folder + path)!);
            File.WriteAllText(folder + path, text);
        }
        contents[partition.Number] = folder;
        return folder;
    }

    static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
