using ImageSdk.Images;

namespace ImageSdk.Layers.Shared;

/// <summary>Layers as images: what a store keeps of them, and what is unpacked of them.</summary>
static class LayerImage
{
    /// <summary>Directory of the images in a store, or at a server.</summary>
    public const string Directory = "imagesdk-cache";

    public static string NameOf(string id) => $"{Directory}/{id}";

    /// <summary>
    /// The image that makes a store keep a layer's objects. Its tree is for people who look: what the layer removes is in
    /// its record only.
    /// </summary>
    public static Image ToImage(LayerIndex index, ObjectHash record, DateTimeOffset? expiresAt)
    {
        var tree = new LayerTree();
        tree.Apply(index);
        return new Image { FileSystem = tree.ToFileSystem(latest: null), BuildLog = new Annotation(record), Triggers = new Triggers([]), ExpiresAt = expiresAt };
    }

    /// <summary>The tree of a layer as it lies in the cache, what the overlay file system marks included.</summary>
    /// <exception cref="ImageFormatException">The index is no tree.</exception>
    public static FileSystem ToTree(LayerIndex index, bool isRootless)
    {
        var opaque = new KeyValuePair<ByteString, ByteString>(isRootless ? "user.overlay.opaque" : "trusted.overlay.opaque", "y");
        var root = index.Entries.FirstOrDefault(entry => entry.Path.IsEmpty)?.Inode as DirectoryInode
            ?? throw new ImageFormatException("/", "the layer has no root");
        var builder = new FileSystemBuilder(root);
        // Numbers of links come first, those of all others after them.
        var number = index.Entries.Select(entry => entry.LinkId).DefaultIfEmpty().Max();
        var numbers = new Dictionary<ulong, ulong>();
        foreach (var entry in index.Entries)
        {
            if (entry.Path.IsEmpty)
                continue;
            var inode = entry.Inode switch
            {
                null => new SpecialInode { Mode = InodeMode.Character }, // What the overlay takes for "not there".
                DirectoryInode directory when entry.Opaque =>
                    directory with { ExtendedAttributes = ExtendedAttributes.Create([.. directory.ExtendedAttributes, opaque]) },
                var other => other,
            };
            ulong own;
            if (entry.LinkId == 0)
                own = ++number;
            else if (!numbers.TryGetValue(entry.LinkId, out own))
                numbers.Add(entry.LinkId, own = ++number);
            builder.Add(new ByteString([(byte)'/', .. entry.Path.Span]), inode, own);
        }
        return builder.Build();
    }
}
