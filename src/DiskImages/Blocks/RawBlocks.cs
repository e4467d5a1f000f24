using ImageSdk.Posix;
using Microsoft.Win32.SafeHandles;

namespace ImageSdk.DiskImages.Blocks;

/// <summary>A file that is the disk byte for byte.</summary>
sealed class RawBlocks(SafeFileHandle file) : IBlocks
{
    public long Length { get; } = RandomAccess.GetLength(file);

    public void Read(long offset, Span<byte> destination)
    {
        if (offset < 0 || offset > Length - destination.Length)
            throw new DiskImageException($"it ends at byte {Length}, and {destination.Length} bytes at {offset} are needed");
        while (!destination.IsEmpty)
        {
            var count = RandomAccess.Read(file, destination, offset);
            if (count == 0)
                throw new DiskImageException("it became shorter while it was read");
            destination = destination[count..];
            offset += count;
        }
    }

    public void Dispose() => file.Dispose();
}
