namespace ImageSdk.DiskImages.Partitions;

/// <summary>A partition of a disk.</summary>
/// <param name="Number">As the kernel counts it, from 1; 0 for a disk without a partition table, which is one file system.</param>
/// <param name="Start">Byte of the disk.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Type">The GUID of a GPT's type in lower case, or the byte of an MBR's as two hexadecimal digits; empty for a whole disk.</param>
/// <param name="Name">Of a GPT; empty for others.</param>
sealed record Partition(int Number, long Start, long Length, string Type, string Name)
{
    /// <summary>As blkid(8) writes PARTUUID; empty for a whole disk.</summary>
    public string Uuid { get; init; } = "";

    /// <summary>Of an EFI system partition, by either table.</summary>
    public bool IsEfiSystem => Type is "c12a7328-f81f-11d2-ba4b-00a0c93ec93b" or "ef";
}
