namespace ImageSdk.DiskImages.Blocks;

/// <summary>A part of a disk, such as a partition. The disk is not its own to dispose of.</summary>
sealed class BlockRange(IBlocks disk, long start, long length) : IBlocks
{
    public long Length => length;

    public void Read(long offset, Span<byte> destination)
    {
        if (offset < 0 || offset > length - destination.Length)
            throw new DiskImageException($"a partition ends at byte {length}, and {destination.Length} bytes at {offset} are needed");
        disk.Read(start + offset, destination);
    }

    public void Dispose()
    {
    }
}
