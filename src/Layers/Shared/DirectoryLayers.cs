using System.Text;
using ImageSdk.Dominator;
using ImageSdk.Dominator.Transfer;
using ImageSdk.Images;
using ImageSdk.Posix;
using ImageSdk.Storage;

namespace ImageSdk.Layers.Shared;

/// <summary>Shared layers in a directory: images and objects as an image server has them on its disk.</summary>
sealed class DirectoryLayers : IRemoteLayers
{
    readonly string directory;
    readonly ImageStore images;
    readonly ObjectStore objects;
    readonly DirectoryObjects source;

    public DirectoryLayers(string directory)
    {
        this.directory = directory;
        // A cache can be made again: no need to wait for the disk.
        objects = new ObjectStore(Path.Combine(directory, "objects"), isDurable: false);
        images = new ImageStore(Path.Combine(directory, "images"), objects);
        source = new DirectoryObjects(objects);
        Objects = new SourceFetch(source);
    }

    public IObjectFetcher Objects { get; }

    public Task<byte[]?> FindAsync(string id, CancellationToken cancellation) => Task.FromResult(Find(id));

    byte[]? Find(string id)
    {
        try
        {
            if (!images.DirectoryExists(LayerImage.Directory) || Read(id)?.BuildLog?.Object is not { } hash)
                return null;
            using var stream = source.OpenRead(hash);
            var length = stream.Length;
            LayerRecord.RequireLength(length);
            var record = new byte[length];
            stream.ReadExactly(record);
            return ObjectHash.Of(record) == hash ? record : throw new InvalidDataException($"object {hash} has another content");
        }
        catch (Exception exception) when (exception is StoreException or ImageFileException)
        {
            throw new InvalidDataException(exception.Message, exception);
        }
    }

    // A pipe would keep the build waiting.
    Image? Read(string id)
    {
        using var folder = DirectoryHandle.Open(Path.Combine(directory, "images", LayerImage.Directory));
        return folder.TryStat(Encoding.UTF8.GetBytes(id)) is { Kind: not FileKind.Regular }
            ? throw new InvalidDataException("its image is no file")
            : images.Get(LayerImage.NameOf(id));
    }

    public Task AddAsync(string id, Image image, IObjectSource source, CancellationToken cancellation)
    {
        if (!images.DirectoryExists(LayerImage.Directory))
            images.MakeDirectory(LayerImage.Directory);
        using (var adder = objects.BeginAdding())
        {
            Parallel.ForEach(
                ImageObjects.List(image).Keys.Where(hash => !objects.Contains(hash)), new ParallelOptions { CancellationToken = cancellation }, hash =>
                {
                    using var content = source.OpenRead(hash);
                    adder.Add(content, hash, cancellation);
                });
            adder.Commit();
        }
        if (images.Exists(LayerImage.NameOf(id)))
            return Task.CompletedTask;
        // An expired one may still lie there.
        images.Remove(LayerImage.NameOf(id));
        images.Add(LayerImage.NameOf(id), image);
        return Task.CompletedTask;
    }

    public Task RemoveAsync(string id, CancellationToken cancellation)
    {
        if (Find() is { } image)
            foreach (var (hash, size) in ImageObjects.List(image))
                if (!source.IsGood(hash, size))
                    objects.Remove(hash);
        images.Remove(LayerImage.NameOf(id));
        return Task.CompletedTask;

        Image? Find()
        {
            try
            {
                return Read(id);
            }
            catch (Exception exception) when (exception is StoreException or ImageFileException or InvalidDataException)
            {
                return null; // The image file is what is damaged.
            }
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
