using ImageSdk.Posix;

namespace ImageSdk.DiskImages.Blocks;

/// <summary>Opens a disk image by what its first bytes say.</summary>
static class DiskFile
{
    /// <summary>Formats by their first bytes. All others are raw; those without a reader are refused by what they name.</summary>
    static readonly (string Name, byte[] Magic, Func<IBlocks, IBlocks> Open)[] formats =
    [
        ("qcow2", Qcow2Blocks.Magic.ToArray(), static file => new Qcow2Blocks(file)),
        ("vmdk", VmdkBlocks.Magic.ToArray(), static file => new VmdkBlocks(file)),
        ("vhdx", VhdxBlocks.Magic.ToArray(), static file => new VhdxBlocks(file)),
        ("vhd", VhdBlocks.Magic.ToArray(), static file => new VhdBlocks(file)),
        ("vmdk", [.. "# Disk DescriptorFile"u8], static _ => throw new DiskImageException("it is the descriptor of a vmdk, whose data are in other files; an image has to be one file (qemu-img convert -O qcow2 makes it so)")),
        ("vdi", [.. "<<< "u8], static _ => throw new DiskImageException("it is in the format vdi, which cannot be read directly (qemu-img convert -O qcow2 makes one that can)")),
    ];

    /// <returns>The disk, and the name of its format.</returns>
    /// <exception cref="DiskImageException">It is damaged, or of a format without a reader.</exception>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public static (IBlocks Disk, string Format) Open(string path)
    {
        var file = new RawBlocks(File.OpenHandle(path));
        try
        {
            Span<byte> start = stackalloc byte[64];
            start = start[..(int)Math.Min(start.Length, file.Length)];
            file.Read(0, start);
            foreach (var (name, magic, open) in formats)
                if (start.StartsWith(magic))
                    return (open(file), name);
            return VhdBlocks.IsFixed(file) ? (new VhdBlocks(file), "vhd") : (file, "raw");
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }
}
