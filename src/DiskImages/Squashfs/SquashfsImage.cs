using System.Buffers.Binary;
using System.IO.Compression;
using ImageSdk.Archives.Compression;
using ImageSdk.DiskImages.Blocks;

namespace ImageSdk.DiskImages.Squashfs;

/// <summary>A squashfs of version 4 (the kernel's Documentation/filesystems/squashfs.rst): its superblock, and its blocks without their compression.</summary>
sealed class SquashfsImage
{
    /// <summary>The first bytes.</summary>
    public static ReadOnlySpan<byte> Magic => "hsqs"u8;

    /// <summary>Bytes of a block of metadata.</summary>
    public const int MetadataSize = 8192;

    /// <summary>Stands for no table, and for no fragment.</summary>
    public const ulong None = ulong.MaxValue;

    const int SuperblockLength = 96, KeptBlocks = 256;
    const ushort Gzip = 1, Xz = 4, Lz4 = 5, Zstandard = 6;
    const ushort Plain = 0x8000;

    readonly IBlocks blocks;
    readonly byte[] superblock = new byte[SuperblockLength];
    readonly Dictionary<long, (byte[] Content, long Next)> metadata = [];

    /// <exception cref="DiskImageException">It is none, damaged, or of a kind that is not supported.</exception>
    public SquashfsImage(IBlocks blocks)
    {
        this.blocks = blocks;
        blocks.Read(0, superblock);
        if (!superblock.AsSpan().StartsWith(Magic) || Half(superblock, 28) != 4 || Half(superblock, 30) != 0)
            throw new DiskImageException($"its version of squashfs is {Half(superblock, 28)}.{Half(superblock, 30)}; 4.0 is known");
        BlockSize = (int)Math.Min(Word(superblock, 12), int.MaxValue);
        if (BlockSize is < 4096 or > 1 << 20 || BlockSize != 1 << Half(superblock, 22))
            throw new DiskImageException($"its file system is damaged: blocks of {BlockSize} bytes");
        if (Compressor is not (Gzip or Xz or Lz4 or Zstandard))
            throw new DiskImageException($"its compression is {Compressor switch { 2 => "lzma", 3 => "lzo", _ => $"of type {Compressor}" }}; gzip, xz, lz4 and zstd are known");
        if (Long(superblock, 40) > (ulong)blocks.Length)
            throw new DiskImageException($"its file system has {Long(superblock, 40)} bytes, more than there are: it is cut off");
    }

    /// <summary>Bytes of a block of a file.</summary>
    public int BlockSize { get; }

    /// <summary>Seconds since 1970.</summary>
    public uint Made => Word(superblock, 8);

    public ulong RootInode => Long(superblock, 32);

    public int IdCount => Half(superblock, 26);

    public uint FragmentCount => Word(superblock, 16);

    public ulong IdTable => Long(superblock, 48);

    public ulong AttributeTable => Long(superblock, 56);

    public ulong InodeTable => Long(superblock, 64);

    public ulong DirectoryTable => Long(superblock, 72);

    public ulong FragmentTable => Long(superblock, 80);

    ushort Compressor => Half(superblock, 20);

    /// <summary>Reads what is not compressed.</summary>
    public byte[] ReadPlain(ulong place, int length)
    {
        var bytes = new byte[length];
        blocks.Read(PlaceOf(place), bytes);
        return bytes;
    }

    /// <summary>A block of metadata, and where the next one begins.</summary>
    public (byte[] Content, long Next) ReadMetadata(long place)
    {
        if (metadata.TryGetValue(place, out var known))
            return known;
        // Reading goes forward for the most part.
        if (metadata.Count == KeptBlocks)
            metadata.Clear();
        Span<byte> header = stackalloc byte[2];
        blocks.Read(place, header);
        var stored = Half(header, 0);
        var bytes = new byte[stored & ~Plain];
        if (bytes.Length > MetadataSize)
            throw Damaged("a block of metadata is too long");
        blocks.Read(place + header.Length, bytes);
        var content = bytes;
        if ((stored & Plain) == 0)
        {
            content = new byte[MetadataSize];
            content = content[..Expand(bytes, content)];
        }
        return metadata[place] = (content, place + header.Length + bytes.Length);
    }

    /// <summary>Reads a block of a file, or one of fragments.</summary>
    /// <param name="size">As the inode has it: bytes, and whether they are compressed.</param>
    /// <returns>Bytes of <paramref name="target"/> that it fills.</returns>
    public int ReadBlock(ulong place, uint size, Span<byte> target)
    {
        const uint IsPlain = 1 << 24;
        var length = (int)(size & (IsPlain - 1));
        if (length > BlockSize)
            throw Damaged("a block is too long");
        if ((size & IsPlain) != 0)
        {
            blocks.Read(PlaceOf(place), target[..length]);
            return length;
        }
        var bytes = new byte[length];
        blocks.Read(PlaceOf(place), bytes);
        return Expand(bytes, target);
    }

    int Expand(byte[] bytes, Span<byte> target)
    {
        try
        {
            if (Compressor == Lz4)
                return Lz4Block.Expand(bytes, target);
            using var source = new MemoryStream(bytes);
            using var content = Compressor switch
            {
                Gzip => new ZLibStream(source, CompressionMode.Decompress),
                Zstandard => Decompression.Open(source, ".zst"),
                // A program for each block would take longer than the block.
                _ => ManagedXzStream.Open(source),
            };
            var count = content.ReadAtLeast(target, target.Length, throwOnEndOfStream: false);
            return count < target.Length || content.ReadByte() < 0 ? count : throw Damaged("a block becomes too long");
        }
        catch (Exception exception) when (exception is InvalidDataException or EndOfStreamException)
        {
            throw new DiskImageException("its file system is damaged: a block cannot be decompressed", exception);
        }
    }

    public static DiskImageException Damaged(string what) => new($"its file system is damaged: {what}");

    static long PlaceOf(ulong place) => place <= long.MaxValue ? (long)place : throw Damaged($"there is no byte {place}");

    public static ushort Half(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[offset..]);

    public static uint Word(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[offset..]);

    public static ulong Long(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt64LittleEndian(bytes[offset..]);
}
