using System.Security.Cryptography;
using System.Text;
using ImageSdk.Images;
using ImageSdk.Packages.Rpm;

namespace ImageSdk.Attestations;

/// <summary>Changes whenever a file does that an image's packages and their licences are read from.</summary>
static class ContentsKey
{
    // Raise it when something else is read of the same files: what was kept then no longer counts.
    const string Version = "contents 2\n";

    static readonly string[] files = ["/var/lib/dpkg/status", "/etc/os-release", "/usr/lib/os-release", "/usr/share/doc", .. RpmDatabase.Directories.SelectMany(directory => RpmDatabase.Files.Select(file => $"/{directory}/{file}").Prepend($"/{directory}"))];

    public static string Of(FileSystem tree)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(Version));
        var paths = new PathFinder(tree);
        foreach (var file in files)
            Append(hash, file, paths.Find(file));
        if (paths.Find("/usr/share/doc") is DirectoryInode documents)
            foreach (var entry in documents.Entries)
                AppendCopyright(hash, tree, paths, entry);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    static void AppendCopyright(IncrementalHash hash, FileSystem tree, PathFinder paths, DirectoryEntry entry)
    {
        var inode = tree.InodeTable[entry.InodeNumber];
        if (inode is not DirectoryInode)
            Append(hash, entry.Name, inode);
        else if (paths.Find(new ByteString((byte[])[.. "/usr/share/doc/"u8, .. entry.Name.Span, .. "/copyright"u8])) is { } copyright)
            Append(hash, entry.Name, copyright);
    }

    static void Append(IncrementalHash hash, ByteString name, Inode? inode)
    {
        hash.AppendData(name.Span);
        hash.AppendData("\0"u8);
        switch (inode)
        {
            case RegularInode { Size: > 0 } file:
                hash.AppendData(file.Hash.Span);
                break;
            case SymlinkInode link:
                hash.AppendData(link.Target.Span);
                hash.AppendData("\0"u8);
                break;
            default:
                hash.AppendData(Encoding.UTF8.GetBytes(inode?.GetType().Name ?? ""));
                break;
        }
    }
}
