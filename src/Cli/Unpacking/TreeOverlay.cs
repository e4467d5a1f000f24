using ImageSdk.Artifacts.Boot;
using ImageSdk.Cli.Adding;
using ImageSdk.Cli.Errors;
using ImageSdk.Dominator.Transfer;
using ImageSdk.Images;

namespace ImageSdk.Cli.Unpacking;

/// <summary>Files laid over an image's tree, which the image does not have.</summary>
/// <param name="tree">The image's tree.</param>
/// <param name="time">Of what is made here.</param>
sealed class TreeOverlay(FileSystem tree, FileTime time)
{
    const uint DirectoryMode = InodeMode.Directory | Permissions.Directory;
    const uint FileMode = InodeMode.Regular | Permissions.File;

    readonly ExtraObjects objects = new();
    readonly HashSet<ObjectHash> hashes = [];

    /// <summary>The image's tree with all that was laid over it.</summary>
    public FileSystem Tree { get; private set; } = tree;

    /// <summary>Brings the objects of <see cref="Tree"/>.</summary>
    /// <param name="below">Brings those of the image.</param>
    public IObjectFetcher Over(IObjectFetcher below) => hashes.Count == 0 ? below : new TwoFetchers(hashes, new SourceFetch(objects), below);

    /// <summary>Gives computed files their contents.</summary>
    /// <exception cref="IOException">One is missing.</exception>
    public void Compute(Func<ByteString, byte[]?> read)
    {
        var table = new Dictionary<ulong, Inode>(Tree.InodeTable);
        foreach (var entry in Tree.Index.Entries)
            if (entry.Inode is ComputedInode computed && read(entry.Path) is { } content)
                table[entry.InodeNumber!.Value] = MakeFile(content, computed.Mode) with { Uid = computed.Uid, Gid = computed.Gid, ExtendedAttributes = computed.ExtendedAttributes };
        Tree = FileSystem.Create(Tree.Root, table);
    }

    /// <summary>Puts a file in, with the directories that it needs, root's.</summary>
    /// <exception cref="CommandException">Something else than a directory is in its way.</exception>
    public void Add(ByteString path, byte[] content)
    {
        var builder = new FileSystemBuilder(Tree);
        Replace(builder, path, MakeFile(content, FileMode));
        Tree = builder.Build();
    }

    /// <summary>Lays a directory tree over: files and links with their modes take the place of those of the image; all is root's.</summary>
    /// <param name="above">The tree.</param>
    /// <param name="contents">Of its files.</param>
    /// <inheritdoc cref="Add(ByteString, byte[])" path="/exception"/>
    public void Add(FileSystem above, IObjectSource contents)
    {
        var builder = new FileSystemBuilder(Tree);
        objects.Fallback = new FirstOf(contents, objects.Fallback);
        foreach (var entry in above.Index.Entries.Where(entry => entry.InodeNumber is not null))
        {
            switch (entry.Inode)
            {
                case DirectoryInode directory:
                    // Modes and owners of the image's own directories stay.
                    EnsureDirectory(builder, entry.Path, directory.Mode);
                    break;
                case RegularInode file:
                    if (file.Size > 0)
                        hashes.Add(file.Hash);
                    Replace(builder, entry.Path, file with { Uid = 0, Gid = 0 });
                    break;
                case SymlinkInode link:
                    Replace(builder, entry.Path, link with { Uid = 0, Gid = 0 });
                    break;
                default:
                    throw new CommandException(ErrorCode.ScanFailed, $"{entry.Path} is neither a file, a directory nor a link: only these can be laid over an image");
            }
        }
        Tree = builder.Build();
    }

    RegularInode MakeFile(byte[] content, uint mode)
    {
        var hash = content.Length == 0 ? default : objects.Add(content);
        if (content.Length > 0)
            hashes.Add(hash);
        return new() { Mode = mode, Size = (ulong)content.Length, Hash = hash, Mtime = time };
    }

    void Replace(FileSystemBuilder builder, ByteString path, Inode inode)
    {
        var (parent, name) = (path.ParentPath, path.FileName);
        var place = Join(EnsureDirectory(builder, parent, DirectoryMode), name);
        if (builder.Find(place) is DirectoryInode)
            throw Blocked(path, place);
        // Its other names keep what they have.
        if (builder.Find(place) is not null)
            builder.Remove(place);
        builder.Add(place, inode);
    }

    /// <summary>Makes a directory with its parents where it is missing.</summary>
    /// <returns>Where it is, once the image's links are followed.</returns>
    ByteString EnsureDirectory(FileSystemBuilder builder, ByteString path, uint mode)
    {
        if (path.Length == 1)
            return path;
        var (above, name) = (path.ParentPath, path.FileName);
        var place = Join(EnsureDirectory(builder, above, DirectoryMode), name);
        if (builder.Find(place) is SymlinkInode)
            place = TreePaths.Resolve(Tree, place) ?? throw Blocked(path, place);
        if (builder.Find(place) is not { } inode)
            builder.Add(place, new DirectoryInode { Mode = mode, Mtime = time });
        else if (inode is not DirectoryInode)
            throw Blocked(path, place);
        return place;
    }

    static CommandException Blocked(ByteString path, ByteString place) => new(
        ErrorCode.BadLayer, $"{path} cannot be laid over the image, which has {place} as something else: a directory takes a directory's place only, and a file a file's");

    static ByteString Join(ByteString directory, ByteString name) =>
        directory.Length == 1 ? new([(byte)'/', .. name.Span]) : new([.. directory.Span, (byte)'/', .. name.Span]);
}
