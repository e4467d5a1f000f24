using System.Text;
using ImageSdk.Contracts.Projects;
using ImageSdk.Images;
using ImageSdk.Posix;
using ImageSdk.Sandbox.Kernel;
using ImageSdk.Sandbox.Roots;
using Microsoft.Win32.SafeHandles;

namespace ImageSdk.Sandbox.Commands;

/// <summary>
/// Stand-ins in the places of a root's programs, for the length of a command. They are plain files, not mounts: dpkg replaces no file that is
/// mounted over, and a command may bring another version of such a program, remove it or move it elsewhere. Afterwards the programs that are still
/// covered are back as they were, with the owner and the permissions that a command gave them.
/// </summary>
sealed class CoveredPrograms : IDisposable
{
    /// <summary>Where the programs are meanwhile.</summary>
    const string Folder = ".imagesdk-programs";

    static readonly byte[] folder = Encoding.UTF8.GetBytes(Folder);

    readonly StageRoot root;
    readonly DirectoryHandle handle;
    readonly List<Cover> covers = [];
    readonly Stack<string> mounts = [];

    /// <param name="Directory">Of the program, without a slash in front.</param>
    /// <param name="Original">The program, as it is in the upper directory.</param>
    /// <param name="StandIn">Open, so that its inode is no other file's.</param>
    /// <param name="IsOfBelow">Whether no command had changed the program in the upper directory.</param>
    sealed record Cover(CoveredProgram Program, string Directory, FileStatus Original, SafeFileHandle StandIn, bool IsOfBelow)
    {
        public byte[] Name { get; } = Encoding.UTF8.GetBytes(Program.Name);

        public string Path => $"{Directory}/{Program.Name}";
    }

    public CoveredPrograms(StageRoot root, DirectoryHandle handle, IEnumerable<CoveredProgram> programs)
    {
        (this.root, this.handle) = (root, handle);
        try
        {
            foreach (var program in programs)
                if (program.FindDirectory(handle) is { } directory)
                    Add(program, directory);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The programs where the stand-ins look for them. Their sources are mounts: a path in the root could lead elsewhere by now, where several commands are at work in it.</summary>
    public IReadOnlyList<BindMount> Mounted =>
        [.. covers.Select(cover => new BindMount(Path.Combine(root.ProgramsPath, cover.Program.Name), $"{CoveredProgram.Originals}/{cover.Program.Name}"))];

    void Add(CoveredProgram program, string directory)
    {
        if (covers.Count == 0)
            KeepTimes(handle, () => handle.TryMakeDirectory(folder, Permissions.OwnerDirectory));
        var name = Encoding.UTF8.GetBytes(program.Name);
        var isOfBelow = !File.Exists(Path.Combine(root.Upper, directory, program.Name));
        using var parent = handle.OpenDirectoryInRoot(Encoding.UTF8.GetBytes(directory));
        using var kept = handle.OpenDirectory(folder);
        KeepTimes(parent, () =>
        {
            kept.MakeHardLink(name, parent, name);
            var original = StatAbove(name);
            byte[] made = [.. name, .. ".imagesdk"u8];
            using (var file = parent.CreateFile(made, Permissions.OwnerFile))
                file.Write(program.Content);
            parent.SetOwner(made, original.Uid, original.Gid);
            parent.SetPermissions(made, original.Permissions);
            Mount(kept, name, program.Name);
            covers.Add(new(program, directory, original, parent.OpenReadHandle(made), isOfBelow));
            parent.Rename(made, name);
        });
    }

    void Mount(DirectoryHandle kept, byte[] name, string target)
    {
        Directory.CreateDirectory(root.ProgramsPath);
        var path = Path.Combine(root.ProgramsPath, target);
        File.WriteAllBytes(path, []);
        using var program = kept.OpenReadHandle(name);
        Mounts.Mount($"/proc/self/fd/{program.DangerousGetHandle()}", path, null, Mounts.Options.Bind);
        mounts.Push(path);
    }

    // The inode that the overlay shows of it is that of the file below.
    FileStatus StatAbove(byte[] name)
    {
        using var kept = DirectoryHandle.Open(Path.Combine(root.Upper, Folder));
        return kept.Stat(name);
    }

    public void Dispose()
    {
        while (mounts.TryPop(out var mount))
            Mounts.Detach(mount);
        if (covers.Count == 0)
            return;
        using (var kept = handle.OpenDirectory(folder))
            foreach (var cover in covers)
                using (cover.StandIn)
                    Remove(cover, kept);
        covers.Clear();
        // With what a command may have put there.
        KeepTimes(handle, () => handle.RemoveTree(folder));
    }

    void Remove(Cover cover, DirectoryHandle kept)
    {
        var standIn = DirectoryHandle.Stat(cover.StandIn);
        using var parent = handle.StatInRoot(Encoding.UTF8.GetBytes(cover.Directory)) is { Kind: FileKind.Directory }
            ? handle.OpenDirectoryInRoot(Encoding.UTF8.GetBytes(cover.Directory))
            : null;
        var isInPlace = parent?.TryStat(cover.Name) is { Kind: FileKind.Regular } present && present.Inode == standIn.Inode;
        if ((standIn.Uid, standIn.Gid) != (cover.Original.Uid, cover.Original.Gid))
            kept.SetOwner(cover.Name, standIn.Uid, standIn.Gid);
        if (standIn.Permissions != cover.Original.Permissions)
            kept.SetPermissions(cover.Name, standIn.Permissions);
        // A command may have moved it, as dpkg-divert does, given it more names, or put a copy in its place, as usrmerge does.
        if (standIn.LinkCount > (isInPlace ? 1 : 0) || !isInPlace)
            using (var upper = DirectoryHandle.Open(root.Upper))
                ReplaceMoved(upper, "", isInPlace ? standIn.Inode : null, cover, kept);
        if (!isInPlace)
        {
            kept.Unlink(cover.Name);
            return;
        }
        KeepTimes(parent!, () => kept.Rename(cover.Name, parent!, cover.Name));
        if (cover.IsOfBelow)
            root.RevertIfUnchanged(cover.Path, cover.Original with { LinkCount = 1 });
    }

    /// <param name="inode">The stand-in's where it is in place: there it stays. Null where it is not: then copies of it count too, wherever they are.</param>
    void ReplaceMoved(DirectoryHandle directory, string path, ulong? inode, Cover cover, DirectoryHandle kept)
    {
        foreach (var name in directory.ReadNames())
        {
            var child = path.Length == 0 ? Encoding.UTF8.GetString(name) : $"{path}/{Encoding.UTF8.GetString(name)}";
            var status = directory.TryStat(name);
            if (status is { Kind: FileKind.Directory })
            {
                using var below = directory.OpenDirectory(name);
                ReplaceMoved(below, child, inode, cover, kept);
            }
            else if (status is { Kind: FileKind.Regular } && (inode is null ? IsStandIn(directory, name, status.Value, cover.Program) : status.Value.Inode == inode && child != cover.Path))
            {
                using var parent = handle.OpenDirectoryInRoot(Encoding.UTF8.GetBytes(path.Length == 0 ? "." : path));
                KeepTimes(parent, () =>
                {
                    parent.Unlink(name);
                    parent.MakeHardLink(name, kept, cover.Name);
                });
            }
        }
    }

    static bool IsStandIn(DirectoryHandle directory, byte[] name, FileStatus status, CoveredProgram program)
    {
        if (status.Size != (ulong)program.Content.Length)
            return false;
        using var file = directory.OpenRead(name);
        var content = new byte[program.Content.Length];
        return file.ReadAtLeast(content, content.Length, throwOnEndOfStream: false) == content.Length && content.AsSpan().SequenceEqual(program.Content);
    }

    static void KeepTimes(DirectoryHandle directory, Action change)
    {
        var before = directory.Stat().Mtime;
        change();
        directory.SetTimes("."u8, before);
    }
}
