using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Projects;
using ImageSdk.Images;

namespace ImageSdk.Building.Scanning;

/// <summary>
/// What an image may have but should not, as its tree shows it: no file is read. What the source image has alike is for its own project to
/// mend.
/// </summary>
sealed class ImageAdvice(FileSystem tree, FileSystem? source, ImageProject project)
{
    /// <summary>Paths that a warning names.</summary>
    const int namedPaths = 5;

    const uint writableByAll = 0b000_000_010;
    const uint sticky = 0b001_000_000_000;

    /// <summary>Where programs of all users write, or nothing is kept.</summary>
    static readonly ByteString[] sharedFolders = ["/dev/", "/proc/", "/run/", "/sys/", "/tmp/", "/var/tmp/"];

    static readonly string[] userKeys = ["id_dsa", "id_ecdsa", "id_ed25519", "id_rsa"];
    static readonly ByteString[] keyFolders = ["/etc/ssl/private", "/etc/pki/tls/private"];

    readonly PathFinder paths = new(tree);
    readonly PathFinder? sourcePaths = source is null ? null : new(source);

    public IEnumerable<Diagnostic> Find()
    {
        if (FindWritable() is { Count: > 0 } writable)
            yield return Warning("IMG1610", $"Everybody may write to {Name(writable)}. Any program in the machine can change them: take the right away (chmod o-w), or set the sticky bit of a shared folder.");
        if (FindPrivateKeys() is { Count: > 0 } keys)
            yield return Warning("IMG1611", $"The image has private keys: {Name(keys)}. Everybody who gets the image has them, on all machines alike: have each machine make or fetch its own at its first boot.");
        if (FindPackageLists() is var size and > 0)
            yield return Warning("IMG1612", $"Package lists ({HumanSize.Format(size)}) are left in /var/lib/apt/lists. They are out of date on the day after, and apt fetches them again: remove them in a script, or exclude them (ImageExcludeLines).");
        if (!project.Sandbox.KeptIdentity.Contains(MachineIdentity.MachineId) && IsNew("/etc/machine-id", out var machine) && machine is RegularInode { Size: > 1 })
            yield return Warning("IMG1613", "The image has a machine-id (/etc/machine-id): all its machines would have the same, and share addresses and logs. Leave the file empty, so that each makes its own.");
    }

    List<ByteString> FindWritable()
    {
        // Of the inodes, as there is hardly ever one; only then is it worth while to look for names.
        foreach (var inode in tree.InodeTable.Values)
            if (IsWritable(inode))
                return [.. tree.Walk().Where(entry => IsWritable(entry.Inode) && !sharedFolders.Any(folder => entry.Path.Span.StartsWith(folder.Span)) && IsNew(entry.Path, out _)).Select(entry => entry.Path)];
        return [];

        static bool IsWritable(Inode inode) => inode switch
        {
            RegularInode { Mode: var mode } => (mode & writableByAll) != 0,
            DirectoryInode { Mode: var mode } => (mode & (writableByAll | sticky)) == writableByAll,
            _ => false,
        };
    }

    List<ByteString> FindPrivateKeys()
    {
        var keys = new List<ByteString>();
        AddFrom("/etc/ssh", name => name.StartsWith("ssh_host_", StringComparison.Ordinal) && name.EndsWith("_key", StringComparison.Ordinal) && !project.Sandbox.KeptIdentity.Contains(MachineIdentity.SshHostKeys));
        AddFrom("/root/.ssh", userKeys.Contains);
        foreach (var folder in keyFolders)
            AddFrom(folder, name => name.EndsWith(".key", StringComparison.Ordinal) || name.EndsWith(".pem", StringComparison.Ordinal));
        if (paths.Find("/home") is DirectoryInode homes)
            foreach (var (name, _) in homes.Entries)
                AddFrom(new([.. "/home/"u8, .. name.Span, .. "/.ssh"u8]), userKeys.Contains);
        return keys;

        void AddFrom(ByteString folder, Func<string, bool> isKey)
        {
            if (paths.Find(folder) is not DirectoryInode directory)
                return;
            foreach (var (name, number) in directory.Entries)
                if (isKey(name.ToString()) && tree.InodeTable.GetValueOrDefault(number) is RegularInode { Size: > 0 } && new ByteString([.. folder.Span, (byte)'/', .. name.Span]) is var path && IsNew(path, out _))
                    keys.Add(path);
        }
    }

    ulong FindPackageLists()
    {
        var size = 0ul;
        if (paths.Find("/var/lib/apt/lists") is DirectoryInode lists)
            foreach (var (name, number) in lists.Entries)
                if (tree.InodeTable.GetValueOrDefault(number) is RegularInode file && IsNew(new([.. "/var/lib/apt/lists/"u8, .. name.Span]), out _))
                    size += file.Size;
        return size;
    }

    /// <summary>Whether it is not in the source image just so.</summary>
    bool IsNew(ByteString path, out Inode? inode)
    {
        inode = paths.Find(path);
        return (inode, sourcePaths?.Find(path)) switch
        {
            (RegularInode mine, RegularInode theirs) => mine.Hash != theirs.Hash || mine.Mode != theirs.Mode,
            (DirectoryInode mine, DirectoryInode theirs) => mine.Mode != theirs.Mode,
            _ => true,
        };
    }

    static string Name(List<ByteString> found)
    {
        var names = string.Join(", ", found.Take(namedPaths).Select(VisibleText.Of));
        return found.Count > namedPaths ? $"{names} and {found.Count - namedPaths} more" : names;
    }

    Diagnostic Warning(string code, string message) => new(DiagnosticSeverity.Warning, code, message, project.ProjectFile);
}
