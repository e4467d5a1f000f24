using System.Globalization;
using System.Text;
using ImageSdk.Images;

namespace ImageSdk.Archives;

/// <summary>Writes a cpio archive as the kernel unpacks it. Layout: the kernel's Documentation/driver-api/early-userspace/buffer-format.rst.</summary>
/// <param name="modified">Seconds since 1970, of everything.</param>
sealed class CpioWriter(Stream target, long modified)
{
    readonly HashSet<string> directories = [];
    int inode;

    /// <summary>Adds a file, and before it the directories that it lies in.</summary>
    /// <param name="path">Relative.</param>
    public void AddFile(string path, uint permissions, ReadOnlySpan<byte> content)
    {
        AddParents(path);
        Write(path, InodeMode.Regular | permissions, content);
    }

    public void AddLink(string path, string destination)
    {
        AddParents(path);
        Write(path, InodeMode.Symlink | Permissions.All, Encoding.UTF8.GetBytes(destination));
    }

    /// <summary>Ends the archive.</summary>
    public void Finish() => Write("TRAILER!!!", 0, []);

    void AddParents(string path)
    {
        for (var slash = path.IndexOf('/'); slash >= 0; slash = path.IndexOf('/', slash + 1))
            if (directories.Add(path[..slash]))
                Write(path[..slash], InodeMode.Directory | Permissions.Directory, []);
    }

    void Write(string path, uint mode, ReadOnlySpan<byte> content)
    {
        var name = Encoding.UTF8.GetBytes(path);
        var isTrailer = mode == 0;
        uint[] fields =
        [
            isTrailer ? 0 : (uint)++inode, mode, 0, 0, 1, isTrailer ? 0 : (uint)Math.Clamp(modified, 0, uint.MaxValue), (uint)content.Length,
            0, 0, 0, 0, (uint)name.Length + 1, 0,
        ];
        target.Write("070701"u8);
        foreach (var field in fields)
            target.Write(Encoding.ASCII.GetBytes(field.ToString("X8", CultureInfo.InvariantCulture)));
        target.Write(name);
        Pad(6 + fields.Length * 8 + name.Length, 1);
        target.Write(content);
        Pad(content.Length, 0);
    }

    // To a multiple of 4, and at least so many bytes.
    void Pad(int length, int least) => target.Write(new byte[least + (4 - (length + least) % 4) % 4]);
}
