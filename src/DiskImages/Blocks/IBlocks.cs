namespace ImageSdk.DiskImages.Blocks;

/// <summary>The bytes of a disk, or of a part of one. Not for several threads at once.</summary>
interface IBlocks : IDisposable
{
    /// <summary>Bytes.</summary>
    long Length { get; }

    /// <summary>Fills the whole of <paramref name="destination"/>.</summary>
    /// <exception cref="DiskImageException">It reaches beyond the end, or the image is damaged there.</exception>
    void Read(long offset, Span<byte> destination);
}
