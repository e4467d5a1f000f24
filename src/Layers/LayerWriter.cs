using System.Text;
using ImageSdk.Posix;

namespace ImageSdk.Layers;

/// <summary>Puts a finished tree into the cache as a layer, in one step.</summary>
static class LayerWriter
{
    static readonly UTF8Encoding utf8 = new(false);

    /// <param name="tree">The layer's tree; moved away.</param>
    /// <param name="folder">Where the layer is put together; on the file system of both.</param>
    public static void Write(LayerStore store, string tree, string folder, LayerRecord layer)
    {
        Directory.CreateDirectory(folder);
        Directory.Move(tree, Path.Combine(folder, "t"));
        File.WriteAllText(Path.Combine(folder, "inputs"), layer.Inputs, utf8);
        File.WriteAllText(Path.Combine(folder, "log"), layer.Log, utf8);
        if (layer.Packages is not null)
            File.WriteAllText(Path.Combine(folder, "packages"), layer.Packages, utf8);
        if (layer.Parts.Count > 0)
            File.WriteAllLines(Path.Combine(folder, "parts"), layer.Parts);
        if (layer.IsEmpty)
            File.WriteAllText(Path.Combine(folder, "empty"), "");
        using (var file = File.Create(Path.Combine(folder, "index")))
        using (var buffered = new BufferedStream(file, 1 << 16))
            layer.Index.Write(buffered);
        LayerSeal.Write(folder, layer.Index);
        Publish(store, folder, layer.Id);
    }

    /// <summary>Whoever comes second with the same key keeps the first one's.</summary>
    static void Publish(LayerStore store, string folder, string id)
    {
        while (!store.Contains(id))
        {
            using var layers = DirectoryHandle.Open(store.LayersDirectory);
            try
            {
                Directory.Move(folder, store.LayerDirectory(id));
                return;
            }
            catch (IOException) when (Directory.Exists(store.LayerDirectory(id)))
            {
                if (!store.Contains(id))
                    layers.RemoveTree(Encoding.UTF8.GetBytes(id)); // Damaged: parts of it were deleted.
            }
        }
    }
}
