using System.Buffers.Binary;

namespace ImageSdk.Artifacts.Disks.Ext4;

/// <summary>
/// The superblock of a file system whose place a new one takes, and what the new one takes over of it. Layout: the kernel's
/// Documentation/filesystems/ext4/super.rst.
/// </summary>
/// <param name="bytes">1024 of them.</param>
sealed class FormerSuperblock(byte[] bytes)
{
    /// <summary>Where it is in a file system, and how long, bytes.</summary>
    public const int Place = 1024, Length = 1024;

    const uint JournalFeature = 0x4, ExtentsFeature = 0x40, ChecksumsFeature = 0x400;
    const int CompatiblePlace = 0x5C, IncompatiblePlace = 0x60, ReadOnlyPlace = 0x64;

    /// <summary>Fields that are a matter of taste: places and lengths of how often and when it is checked, what happens at errors, whose the reserve is, its label, options of mounts.</summary>
    static readonly (int Place, int Length)[] kept = [(0x36, 2), (0x3C, 2), (0x44, 4), (0x50, 4), (0x78, 16), (0x100, 4), (0x200, 64)];

    /// <summary>Features that programs of the image may count on, and that a new file system lacks.</summary>
    static readonly (int Place, uint Bit, string Name)[] lost =
    [
        (IncompatiblePlace, 0x100, "mmp"), (IncompatiblePlace, 0x1_0000, "encrypt"), (IncompatiblePlace, 0x2_0000, "casefold"),
        (ReadOnlyPlace, 0x100, "quota"), (ReadOnlyPlace, 0x2000, "project"), (ReadOnlyPlace, 0x8000, "verity"),
    ];

    public Guid Uuid => new(bytes.AsSpan(0x68, 16), bigEndian: true);

    public Guid HashSeed => new(bytes.AsSpan(0xEC, 16), bigEndian: true);

    public bool HasJournal => (Word(CompatiblePlace) & JournalFeature) != 0;

    /// <summary>Without extents it is ext2 or ext3, and mounted as such: a new one would not be.</summary>
    public bool HasExtents => (Word(IncompatiblePlace) & ExtentsFeature) != 0;

    /// <summary>Whether metadata has checksums: programs of older systems know nothing of them.</summary>
    public bool HasChecksums => (Word(ReadOnlyPlace) & ChecksumsFeature) != 0;

    /// <summary>Percent of the blocks that are root's.</summary>
    public int Reserved => (int)Math.Clamp((Word(0x08) * 100L + Word(0x04) / 2) / Math.Max(1, Word(0x04)), 0, 50);

    public long BytesPerInode => Math.Clamp(((long)Word(0x04) << (10 + (int)Math.Min(6, Word(0x18)))) / Math.Max(1, Word(0)), 1024, 1 << 26);

    /// <summary>Names of its features that a new file system does not have and the system may use.</summary>
    public IReadOnlyList<string> LostFeatures => [.. lost.Where(feature => (Word(feature.Place) & feature.Bit) != 0).Select(feature => feature.Name)];

    /// <summary>Puts into a new superblock what users set: label, options, intervals of checks.</summary>
    public void CopySettings(Span<byte> superblock)
    {
        foreach (var (place, length) in kept)
            bytes.AsSpan(place, length).CopyTo(superblock[place..]);
    }

    uint Word(int place) => BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(place));
}
