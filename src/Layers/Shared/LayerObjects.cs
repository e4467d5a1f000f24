using ImageSdk.Images;
using ImageSdk.Posix;

namespace ImageSdk.Layers.Shared;

/// <summary>The contents of a layer's files, and its record.</summary>
sealed class LayerObjects : IObjectSource, IDisposable
{
    readonly DirectoryHandle tree;
    readonly Dictionary<ObjectHash, ByteString> files = [];
    readonly byte[] record;

    public LayerObjects(LayerStore store, LayerRecord layer)
    {
        tree = DirectoryHandle.Open(Path.Combine(store.LayerDirectory(layer.Id), "t"));
        foreach (var entry in layer.Index.Entries)
            if (entry.Inode is RegularInode { Size: > 0 } file)
                files.TryAdd(file.Hash, entry.Path);
        record = layer.Write();
        Record = ObjectHash.Of(record);
    }

    /// <summary>Under which the record goes.</summary>
    public ObjectHash Record { get; }

    public Stream OpenRead(ObjectHash hash) =>
        hash == Record ? new MemoryStream(record, writable: false)
        : files.TryGetValue(hash, out var path) ? tree.OpenRead(path.Span)
        : throw new FileNotFoundException($"the layer has no object {hash}");

    public void Dispose() => tree.Dispose();
}
