using ImageSdk.Images;

namespace ImageSdk.Layers;

/// <summary>
/// Layers that lie on one another as one layer: what it sets and removes is what all of them do together, to whatever is below.
/// Names of one layer that are hard links stay so.
/// </summary>
sealed class LayerMerge
{
    sealed class Node(LayerEntry entry)
    {
        public LayerEntry Entry { get; set; } = entry;

        public SortedDictionary<ByteString, Node> Children { get; } = [];

        public bool IsDirectory => Entry.Inode is DirectoryInode;
    }

    static readonly LayerEntry top = new(new ByteString([]), LayerEntryKind.Inode, new DirectoryInode { Mode = InodeMode.Directory | Permissions.Directory }, 0, false);

    readonly Node root = new(top);
    ulong lastLink;

    /// <summary>Puts a layer on those before it.</summary>
    /// <exception cref="InvalidDataException">The index names something whose directory it does not.</exception>
    public void Add(LayerIndex layer)
    {
        var links = new Dictionary<ulong, ulong>();
        foreach (var entry in layer.Entries)
        {
            // Numbers of links are a layer's own.
            var own = entry;
            if (entry.LinkId != 0)
            {
                if (!links.TryGetValue(entry.LinkId, out var link))
                    links.Add(entry.LinkId, link = ++lastLink);
                own = entry with { LinkId = link };
            }
            if (own.Path.IsEmpty)
                root.Entry = own;
            else
                Add(own);
        }
    }

    void Add(LayerEntry entry)
    {
        var (parent, name) = FindParent(entry.Path);
        parent.Children.TryGetValue(name, out var before);
        if (entry.Inode is not DirectoryInode || before is null || entry.Opaque)
            parent.Children[name] = new Node(entry);
        else if (before.IsDirectory)
            before.Entry = entry with { Opaque = before.Entry.Opaque };
        else
            // What is in the way hides what lower layers have there, and so must what takes its place.
            parent.Children[name] = new Node(entry with { Opaque = true });
    }

    (Node Parent, ByteString Name) FindParent(ByteString path)
    {
        var node = root;
        var rest = path.Span;
        for (int slash; (slash = rest.IndexOf((byte)'/')) >= 0; rest = rest[(slash + 1)..])
            node = node.Children.TryGetValue(new ByteString(rest[..slash]), out var child) && child.IsDirectory
                ? child
                : throw new InvalidDataException($"layer index names {path} but not its directory");
        return (node, new ByteString(rest));
    }

    /// <summary>The index of the layer that does what all of them do.</summary>
    public LayerIndex ToIndex()
    {
        var entries = new List<LayerEntry> { root.Entry };
        Collect(root, entries);
        return new(entries);
    }

    static void Collect(Node directory, List<LayerEntry> entries)
    {
        foreach (var child in directory.Children.Values)
        {
            entries.Add(child.Entry);
            Collect(child, entries);
        }
    }
}
