using ImageSdk.Images;

namespace ImageSdk.Layers;

/// <summary>
/// The tree that a stack of layers makes, computed from their indexes alone: what the overlay file system would show.
/// </summary>
sealed class LayerTree
{
    /// <summary>Names that are hard links share one file.</summary>
    sealed class TreeFile(Inode inode)
    {
        public Inode Inode { get; set; } = inode;
    }

    sealed class Node(TreeFile file)
    {
        public TreeFile File { get; set; } = file;

        public SortedDictionary<ByteString, Node>? Children { get; set; } =
            file.Inode is DirectoryInode ? [] : null;
    }

    readonly Node root = new(new TreeFile(new DirectoryInode { Mode = InodeMode.Directory | Permissions.Directory }));

    /// <summary>Starts with an image's own tree.</summary>
    public static LayerTree From(FileSystem fileSystem)
    {
        var tree = new LayerTree();
        var files = new Dictionary<ulong, TreeFile>();
        tree.root.File = new TreeFile(fileSystem.Root with { Entries = [] });
        Add(tree.root, fileSystem.Root);
        return tree;

        void Add(Node node, DirectoryInode directory)
        {
            foreach (var entry in directory.Entries)
            {
                var inode = fileSystem.InodeTable[entry.InodeNumber];
                if (!files.TryGetValue(entry.InodeNumber, out var file))
                    files.Add(entry.InodeNumber, file = new TreeFile(inode is DirectoryInode found ? found with { Entries = [] } : inode));
                var child = new Node(file);
                node.Children![entry.Name] = child;
                if (inode is DirectoryInode below)
                    Add(child, below);
            }
        }
    }

    /// <summary>Puts a layer on top.</summary>
    public void Apply(LayerIndex layer)
    {
        var links = new Dictionary<ulong, TreeFile>();
        // The directories that lead to the last entry: most entries are in one of them.
        var open = new Stack<(ByteString Path, Node Node)>();
        foreach (var entry in layer.Entries)
        {
            if (entry.Path.IsEmpty)
            {
                root.File = new TreeFile(entry.Inode!);
                continue;
            }
            while (open.TryPeek(out var last) && !entry.Path.IsBelow(last.Path))
                open.Pop();
            var (parent, name) = open.TryPeek(out var above) ? FindParent(entry.Path, above.Node, above.Path.Length + 1) : FindParent(entry.Path, root, 0);
            if (entry.Kind == LayerEntryKind.Whiteout)
            {
                parent.Children!.Remove(name);
                continue;
            }
            var inode = entry.Inode!;
            if (inode is DirectoryInode && !entry.Opaque
                && parent.Children!.TryGetValue(name, out var existing) && existing.File.Inode is DirectoryInode)
            {
                existing.File = new TreeFile(inode);
                open.Push((entry.Path, existing));
                continue;
            }
            TreeFile? file = null;
            if (entry.LinkId != 0 && !links.TryGetValue(entry.LinkId, out file))
                links.Add(entry.LinkId, file = new TreeFile(inode));
            var node = new Node(file ?? new TreeFile(inode));
            parent.Children![name] = node;
            if (node.Children is not null)
                open.Push((entry.Path, node));
        }
    }

    /// <param name="node">A directory on the way.</param>
    /// <param name="length">Of the part of the path that leads to it, with the slash.</param>
    static (Node Parent, ByteString Name) FindParent(ByteString path, Node node, int length)
    {
        var rest = path.Span[length..];
        while (rest.IndexOf((byte)'/') is var slash and >= 0)
        {
            var name = new ByteString(rest[..slash]);
            if (node.Children is null || !node.Children.TryGetValue(name, out var child))
                throw new InvalidDataException($"layer index names {path} but not its directory");
            node = child;
            rest = rest[(slash + 1)..];
        }
        return node.Children is null
            ? throw new InvalidDataException($"layer index names {path} below something that is no directory")
            : (node, new ByteString(rest));
    }

    /// <summary>
    /// Turns computed files into the empty files that a machine has in their place. An image does not inherit them from
    /// its source unless its manifest says so.
    /// </summary>
    public void MaterialiseComputedFiles() => MaterialiseComputedFiles(root);

    static void MaterialiseComputedFiles(Node directory)
    {
        foreach (var child in directory.Children!.Values)
        {
            if (child.File.Inode is ComputedInode computed)
                child.File.Inode = new RegularInode
                {
                    Mode = computed.Mode, Uid = computed.Uid, Gid = computed.Gid, ExtendedAttributes = computed.ExtendedAttributes,
                };
            else if (child.Children is not null)
                MaterialiseComputedFiles(child);
        }
    }

    /// <summary>The image's tree, inodes numbered in order.</summary>
    /// <param name="latest">Times after this are set to it; null keeps them all.</param>
    public FileSystem ToFileSystem(FileTime? latest)
    {
        var numbers = new Dictionary<TreeFile, ulong>(ReferenceEqualityComparer.Instance);
        var inodes = new List<Inode?>();
        ulong regular = 0, bytes = 0, directories = 1;
        var top = Directory(root);
        // In the order of the numbers, in which image files have it.
        var table = new Dictionary<ulong, Inode>(inodes.Count);
        for (var index = 0; index < inodes.Count; index++)
            table.Add((ulong)index + 1, inodes[index]!);
        return new FileSystem
        {
            Root = top, InodeTable = table, RegularInodeCount = regular, TotalDataBytes = bytes, DirectoryCount = directories,
        };

        DirectoryInode Directory(Node node)
        {
            var inode = (DirectoryInode)Clamp(node.File.Inode, latest);
            var entries = new DirectoryEntry[node.Children!.Count];
            var place = 0;
            foreach (var (name, child) in node.Children)
                entries[place++] = new(name, Number(child));
            return inode with { Entries = entries };
        }

        ulong Number(Node node)
        {
            if (numbers.TryGetValue(node.File, out var number))
                return number;
            number = (ulong)inodes.Count + 1;
            numbers.Add(node.File, number);
            inodes.Add(null);
            if (node.Children is not null)
            {
                directories++;
                inodes[(int)number - 1] = Directory(node);
                return number;
            }
            var inode = Clamp(node.File.Inode, latest);
            if (inode is RegularInode file)
            {
                regular++;
                bytes += file.Size;
            }
            inodes[(int)number - 1] = inode;
            return number;
        }
    }

    static Inode Clamp(Inode inode, FileTime? latest) => latest is not { } limit
        ? inode
        : inode switch
        {
            RegularInode regular when regular.Mtime.CompareTo(limit) > 0 => regular with { Mtime = limit },
            SpecialInode special when special.Mtime.CompareTo(limit) > 0 => special with { Mtime = limit },
            DirectoryInode { Mtime: { } time } directory when time.CompareTo(limit) > 0 => directory with { Mtime = limit },
            _ => inode,
        };
}
