using System.Buffers;
using System.Text;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Projects;
using ImageSdk.Images;
using ImageSdk.Posix;
using ImageSdk.Trees;
using ImageSdk.Trees.Templates;
using ImageSdk.Worker.Settings;

namespace ImageSdk.Worker.Operations;

/// <summary>
/// Copies a manifest's tree over an image's root. All that is copied belongs to root unless another owner is said; directories get 0755 where they
/// are new, files their permission bits without set-uid, set-gid and sticky; a file with equal content is left as it is, time
/// and all. Links inside the image are followed as a process in the image would follow them.
/// </summary>
sealed class TreeCopier(DirectoryHandle root, string label, ProjectTreeUse use, CancellationToken cancellation)
{
    const uint DirectoryMode = Permissions.Directory;

    /// <summary>What a file's mode keeps: all that the umask 022, which builders must have, leaves of it.</summary>
    const uint FileModes = Permissions.Program;
    const int BufferSize = 256 * 1024;

    public int Copied { get; private set; }

    /// <summary>What templates are carried out with.</summary>
    public IReadOnlyDictionary<string, string> Variables { get; init; } = new Dictionary<string, string>();

    /// <summary>Files of the image that are left as they are.</summary>
    public IReadOnlySet<ByteString> Kept { get; init; } = new HashSet<ByteString>();

    /// <summary>To whom what is copied belongs; null for root.</summary>
    public FileOwnership? Ownership { get; init; }

    /// <param name="target">Path in the image below which the tree goes, made where it is missing; empty for its root.</param>
    public void Copy(string directory, string target)
    {
        using var source = DirectoryHandle.Open(directory);
        var path = Encoding.UTF8.GetBytes(target.Trim('/'));
        if (path.Length > 0 && root.StatInRoot(path) is null)
        {
            root.MakeDirectoriesInRoot(path, DirectoryMode);
            using var parent = root.OpenDirectoryInRoot(BytePath.ParentOf(path));
            Ownership?.Set(parent, BytePath.NameOf(path), FileKind.Directory);
        }
        CopyDirectory(source, path);
    }

    void CopyDirectory(DirectoryHandle source, byte[] path)
    {
        cancellation.ThrowIfCancellationRequested();
        foreach (var name in source.ReadNames())
        {
            var status = source.Stat(name);
            byte[] target = path.Length == 0 ? name : [.. path, (byte)'/', .. name];
            switch (status.Kind)
            {
                case FileKind.Directory:
                    MakeDirectory(source, name, target);
                    using (var child = source.OpenDirectory(name))
                        CopyDirectory(child, target);
                    break;
                case FileKind.Regular:
                    CopyFile(source, name, status, target);
                    break;
                case FileKind.Symlink when use == ProjectTreeUse.Append:
                    throw Failure("IMG3021", source, name, "is a symbolic link, which can't be appended to a file. Move it to the tree that is copied.");
                case FileKind.Symlink:
                    CopySymlink(source, name, target);
                    break;
                default:
                    throw Failure("IMG3020", source, name, $"is a {Describe(status.Kind)}. Only files, directories and symbolic links can be copied; make it in a script.");
            }
        }
    }

    void MakeDirectory(DirectoryHandle source, byte[] name, byte[] target)
    {
        if (root.StatInRoot(target) is { } existing)
        {
            if (existing.Kind != FileKind.Directory)
                throw Failure("IMG3022", source, name, $"is a directory, but the image has a {Describe(existing.Kind)} of that name.");
            return;
        }
        using var parent = root.OpenDirectoryInRoot(BytePath.ParentOf(target));
        if (!parent.TryMakeDirectory(name, DirectoryMode))
            throw Failure("IMG3022", source, name, "is a directory, but the image has a dangling symbolic link of that name.");
        CopyAttributes(source, name, parent, name);
        Ownership?.Set(parent, name, FileKind.Directory);
    }

    void CopyFile(DirectoryHandle source, byte[] name, FileStatus status, byte[] target)
    {
        if (Kept.Contains(new ByteString(target)))
            return;
        var existing = root.StatInRoot(target);
        if (existing?.Kind == FileKind.Directory)
            throw Failure("IMG3022", source, name, "is a file, but the image has a directory of that name.");
        if (use == ProjectTreeUse.Append && existing?.Kind == FileKind.Regular)
        {
            using var from = source.OpenRead(name);
            using var to = root.OpenAppendInRoot(target);
            from.CopyTo(to, BufferSize);
            Copied++;
            return;
        }
        var content = use == ProjectTreeUse.Template ? Render(source, name, status) : null;
        var size = content is null ? status.Size : (ulong)content.Length;
        if (existing is { Kind: FileKind.Regular } same && same.Size == size && HasEqualContent(() => Open(source, name, content), target))
        {
            // Through a link it is another file of the image.
            using var there = root.OpenDirectoryInRoot(BytePath.ParentOf(target));
            if (there.TryStat(BytePath.NameOf(target)) is { Kind: FileKind.Regular })
                Ownership?.Set(there, BytePath.NameOf(target), FileKind.Regular);
            return;
        }
        using var parent = root.OpenDirectoryInRoot(BytePath.ParentOf(target));
        Write(source, name, () => Open(source, name, content), status.Permissions & FileModes, parent, BytePath.NameOf(target).ToArray(), Ownership);
        Copied++;
    }

    static Stream Open(DirectoryHandle source, byte[] name, byte[]? content) => content is null ? source.OpenRead(name) : new MemoryStream(content);

    byte[] Render(DirectoryHandle source, byte[] name, FileStatus status) => TemplatedFile.Render(
        Path.Join(source.Path, Encoding.UTF8.GetString(name)), status.Size, () => source.OpenRead(name), Variables, missing: null, cancellation);

    /// <summary>Writes a file under a temporary name and renames it, so that a link or an old file there is replaced and not followed.</summary>
    static void Write(DirectoryHandle source, byte[] name, Func<Stream> open, uint mode, DirectoryHandle parent, byte[] targetName, FileOwnership? ownership)
    {
        var temporary = ".imagesdk-copy~"u8;
        parent.RemoveTree(temporary);
        using (var from = open())
        using (var to = parent.CreateFile(temporary, Permissions.OwnerFile))
            if (from is FileStream file)
                SparseWriter.Copy(file.SafeFileHandle, to.SafeFileHandle);
            else
                from.CopyTo(to, BufferSize);
        parent.SetPermissions(temporary, mode);
        // Before attributes: a change of owner takes capabilities away.
        ownership?.Set(parent, temporary, FileKind.Regular);
        CopyAttributes(source, name, parent, temporary);
        parent.Rename(temporary, targetName);
    }

    /// <summary>Copies a file that the building machine names, through links, under another name.</summary>
    public static void WriteFile(string file, uint? mode, DirectoryHandle parent, byte[] targetName, FileOwnership? ownership = null)
    {
        var real = new FileInfo(file).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? file;
        using var source = DirectoryHandle.Open(Path.GetDirectoryName(real)!);
        var name = Encoding.UTF8.GetBytes(Path.GetFileName(real));
        Write(source, name, () => source.OpenRead(name), mode ?? source.Stat(name).Permissions & FileModes, parent, targetName, ownership is null ? null : ownership with { FileMode = mode });
    }

    void CopySymlink(DirectoryHandle source, byte[] name, byte[] target)
    {
        var link = source.ReadLink(name);
        using var parent = root.OpenDirectoryInRoot(BytePath.ParentOf(target));
        if (parent.TryStat(name) is { } existing)
        {
            if (existing.Kind == FileKind.Symlink && parent.ReadLink(name).AsSpan().SequenceEqual(link))
                return;
            if (existing.Kind == FileKind.Directory)
            {
                if (parent.ReadNamesOf(name).Count > 0)
                    throw Failure("IMG3022", source, name, "is a symbolic link, but the image has a directory with content of that name.");
                parent.RemoveEmptyDirectory(name);
            }
            else
                parent.Unlink(name);
        }
        parent.MakeSymlink(name, link);
        Ownership?.Set(parent, name, FileKind.Symlink);
        Copied++;
    }

    static void CopyAttributes(DirectoryHandle source, ReadOnlySpan<byte> name, DirectoryHandle target, ReadOnlySpan<byte> targetName)
    {
        foreach (var (attribute, value) in source.ReadAttributes(name))
            if (OverlayAttributes.BelongsToImage(attribute))
                target.SetAttribute(targetName, attribute, value);
    }

    bool HasEqualContent(Func<Stream> open, byte[] target)
    {
        using var left = open();
        using var right = root.OpenReadInRoot(target);
        var leftBuffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        var rightBuffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            while (true)
            {
                var read = left.ReadAtLeast(leftBuffer.AsSpan(0, BufferSize), BufferSize, throwOnEndOfStream: false);
                if (read != right.ReadAtLeast(rightBuffer.AsSpan(0, BufferSize), BufferSize, throwOnEndOfStream: false)
                    || !leftBuffer.AsSpan(0, read).SequenceEqual(rightBuffer.AsSpan(0, read)))
                    return false;
                if (read < BufferSize)
                    return true;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(leftBuffer);
            ArrayPool<byte>.Shared.Return(rightBuffer);
        }
    }

    BuildException Failure(string code, DirectoryHandle source, byte[] name, string what)
    {
        var file = Path.Join(source.Path, Encoding.UTF8.GetString(name));
        return new BuildException(code, $"In {label}, {file} {what}", file);
    }

    static string Describe(FileKind kind) => kind switch
    {
        FileKind.Regular => "file",
        FileKind.Directory => "directory",
        FileKind.Symlink => "symbolic link",
        FileKind.CharacterDevice or FileKind.BlockDevice => "device node",
        FileKind.Fifo => "named pipe",
        FileKind.Socket => "socket",
        _ => "file of unknown type",
    };
}
