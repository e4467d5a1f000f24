using ImageSdk.Images;

namespace ImageSdk.Artifacts.Tests;

/// <summary>Trees for tests, by paths; directories come by themselves.</summary>
sealed class SampleTree
{
    sealed class Node(Inode inode)
    {
        public Inode Inode { get; } = inode;

        public SortedDictionary<string, Node> Children { get; } = new(StringComparer.Ordinal);
    }

    readonly Node root = new(new DirectoryInode { Mode = 0x41ED });
    ulong last;

    public void Add(string path, Inode inode)
    {
        var node = root;
        var names = path.Trim('/').Split('/');
        foreach (var name in names[..^1])
        {
            if (!node.Children.TryGetValue(name, out var child))
                node.Children.Add(name, child = new Node(new DirectoryInode { Mode = 0x41ED }));
            node = child;
        }
        node.Children[names[^1]] = new Node(inode);
    }

    public FileSystem Build()
    {
        var table = new Dictionary<ulong, Inode>();
        return FileSystem.Create(Directory(root), table);

        DirectoryInode Directory(Node node) => (DirectoryInode)node.Inode with
        {
            Entries = [.. node.Children.Select(child => new DirectoryEntry(child.Key, Number(child.Value)))],
        };

        ulong Number(Node node)
        {
            var number = ++last;
            table.Add(number, node.Inode is DirectoryInode ? Directory(node) : node.Inode);
            return number;
        }
    }
}
