namespace ImageSdk.DiskImages.Blocks;

/// <summary>A disk whose blocks lie anywhere in a file, or nowhere.</summary>
/// <param name="file">Is disposed of with it.</param>
abstract class MappedBlocks(IBlocks file) : IBlocks
{
    protected const int SectorSize = 512;

    const int LongestTable = 64 << 20;

    /// <inheritdoc/>
    public long Length { get; protected init; }

    /// <summary>Bytes; a power of two.</summary>
    protected int BlockSize { get; init; }

    protected IBlocks File { get; } = file;

    public void Read(long offset, Span<byte> destination)
    {
        if (offset < 0 || offset > Length - destination.Length)
            throw new DiskImageException($"its disk ends at byte {Length}, and {destination.Length} bytes at {offset} are needed");
        while (!destination.IsEmpty)
        {
            var (block, within) = Math.DivRem(offset, BlockSize);
            var part = destination[..(int)Math.Min(destination.Length, BlockSize - within)];
            ReadInBlock(block, (int)within, part);
            destination = destination[part.Length..];
            offset += part.Length;
        }
    }

    public void Dispose() => File.Dispose();

    /// <summary>Fills a part of a block.</summary>
    protected abstract void ReadInBlock(long block, int within, Span<byte> part);

    /// <summary>Reads what lies in the file; behind the end of its last block are zeros.</summary>
    protected void ReadPadded(long offset, Span<byte> destination)
    {
        var count = offset < 0 ? 0 : (int)Math.Clamp(File.Length - offset, 0, destination.Length);
        if (count == 0 && !destination.IsEmpty)
            throw new DiskImageException("a block lies behind its end: it is cut off");
        File.Read(offset, destination[..count]);
        destination[count..].Clear();
    }

    /// <summary>Reads a table whole.</summary>
    protected byte[] ReadTable(long offset, long length)
    {
        if (offset < 0 || length is < 0 or > LongestTable)
            throw new DiskImageException($"a table of it has {length} bytes at {offset}");
        var table = new byte[length];
        File.Read(offset, table);
        return table;
    }
}
