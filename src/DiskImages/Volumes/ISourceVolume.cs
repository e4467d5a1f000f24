using ImageSdk.Posix;

namespace ImageSdk.DiskImages.Volumes;

/// <summary>A file system that is read without mounting it.</summary>
interface ISourceVolume
{
    /// <summary>"ext4", "squashfs" and so on.</summary>
    string Kind { get; }

    /// <summary>Empty for none.</summary>
    string Label { get; }

    /// <summary>As blkid(8) writes it; empty for none.</summary>
    string Uuid { get; }

    /// <exception cref="DiskImageException">The file system is damaged.</exception>
    ISourceNode Root { get; }

    /// <summary>Trees of it of which one may be a system's root, the likeliest first.</summary>
    IEnumerable<ISourceVolume> Trees => [this];

    /// <summary>What a mount with these options shows.</summary>
    /// <exception cref="DiskImageException">There is nothing for them.</exception>
    ISourceVolume Mount(MountOptions options) => this;

    /// <summary>Whether both show the same tree.</summary>
    bool IsSameTree(ISourceVolume other) => ReferenceEquals(this, other);

    /// <summary>Notes that its tree gets a place of its own, before it or any that it lies in is read.</summary>
    void Place()
    {
    }

    /// <summary>What was passed by when it was read, in words.</summary>
    IReadOnlyCollection<string> LeftOut => [];
}

/// <summary>A file, directory or other entry of a file system.</summary>
interface ISourceNode
{
    /// <summary>Its inode's number: names with one number are one file.</summary>
    ulong Number { get; }

    FileKind Kind { get; }

    /// <summary>Whether there may be more names of it.</summary>
    bool IsLinked { get; }

    /// <summary>What is in a directory, in any order, without "." and "..".</summary>
    /// <exception cref="DiskImageException">The file system is damaged.</exception>
    IEnumerable<(byte[] Name, ISourceNode Node)> ReadNames();

    /// <param name="path">From the root.</param>
    /// <param name="count">Called with the bytes of each part of a content before it is written: files of a damaged file system may share blocks without end.</param>
    /// <exception cref="DiskImageException">The file system is damaged.</exception>
    SourceEntry Describe(byte[] path, Action<long> count);

    /// <summary>A small file's content; null where it is longer, or no file.</summary>
    /// <param name="most">Bytes.</param>
    byte[]? TryReadContent(int most);
}
