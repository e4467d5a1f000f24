using ImageSdk.Posix;

namespace ImageSdk.DiskImages.Blocks;

/// <summary>Opens a disk image by what its first bytes say.</summary>
static class DiskFile
{
    /// <summary>Formats that have a reader of their own; all others are raw.</summary>
    static readonly (string Name, byte[] Magic, Func<IBlocks, IBlocks>? Open)[] formats =
    [
        ("qcow2", Qcow2Blocks.Magic.ToArray(), static file => new Qcow2Blocks(file)),
        ("vmdk", [.. "KDMV"u8], null),
        ("vmdk", [.. "# Disk DescriptorFile"u8], null),
        ("vhdx", [.. "vhdxfile"u8], null),
        ("vhd", [.. "conectix"u8], null),
        ("vdi", [.. "<<< "u8], null),
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
                    return open is null
                        ? throw new DiskImageException($"it is in the format {name}, which cannot be read directly (qemu-img convert -O qcow2 makes one that can)")
                        : (open(file), name);
            return (file, "raw");
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }
}
