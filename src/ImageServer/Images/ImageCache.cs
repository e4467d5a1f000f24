using ImageSdk.Images;

namespace ImageSdk.ImageServer.Images;

/// <summary>Images that were read lately. Bounded by the number of their inodes; for many threads.</summary>
sealed class ImageCache(int maxInodes)
{
    readonly Lock gate = new();
    readonly LinkedList<(string Name, Image Image)> order = [];
    readonly Dictionary<string, LinkedListNode<(string Name, Image Image)>> byName = [];
    int inodes;

    public Image? Find(string name)
    {
        lock (gate)
        {
            if (!byName.TryGetValue(name, out var node))
                return null;
            order.Remove(node);
            order.AddFirst(node);
            return node.Value.Image;
        }
    }

    public void Keep(string name, Image image)
    {
        lock (gate)
        {
            Forget(name);
            if (CostOf(image) > maxInodes)
                return;
            byName[name] = order.AddFirst((name, image));
            inodes += CostOf(image);
            while (inodes > maxInodes)
                Forget(order.Last!.Value.Name);
        }
    }

    public void Forget(string name)
    {
        lock (gate)
        {
            if (!byName.Remove(name, out var node))
                return;
            order.Remove(node);
            inodes -= CostOf(node.Value.Image);
        }
    }

    static int CostOf(Image image) => 1 + (image.FileSystem?.InodeTable.Count ?? 0);
}
