using ImageSdk.Dominator;
using ImageSdk.Dominator.Transfer;
using ImageSdk.Images;
using ImageSdk.Storage;

namespace ImageSdk.Layers.Shared;

/// <summary>Shared layers in a directory: images and objects as an image server has them on its disk.</summary>
sealed class DirectoryLayers : IRemoteLayers
{
    readonly ImageStore images;
    readonly ObjectStore objects;

    public DirectoryLayers(string directory)
    {
        // A cache can be made again: nobody waits for the disk.
        objects = new ObjectStore(Path.Combine(directory, "objects"), isDurable: false);
        images = new ImageStore(Path.Combine(directory, "images"), objects);
        Objects = new SourceFetch(objects);
    }

    public IObjectFetcher Objects { get; }

    public Task<byte[]?> FindAsync(string id, CancellationToken cancellation) => Task.FromResult(Find(id));

    byte[]? Find(string id)
    {
        try
        {
            if (!images.DirectoryExists(LayerImage.Directory) || images.Get(LayerImage.NameOf(id))?.BuildLog?.Object is not { } hash)
                return null;
            using var stream = objects.OpenRead(hash);
            LayerRecord.RequireLength(stream.Length);
            var record = new byte[stream.Length];
            stream.ReadExactly(record);
            return ObjectHash.Of(record) == hash ? record : throw new InvalidDataException($"object {hash} has another content");
        }
        catch (Exception exception) when (exception is StoreException or ImageFileException)
        {
            throw new InvalidDataException(exception.Message, exception);
        }
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
            foreach (var hash in ImageObjects.List(image).Keys)
                if (objects.Verify(hash) is not ObjectCondition.Good)
                    objects.Remove(hash);
        images.Remove(LayerImage.NameOf(id));
        return Task.CompletedTask;

        Image? Find()
        {
            try
            {
                return images.Get(LayerImage.NameOf(id));
            }
            catch (Exception exception) when (exception is StoreException or ImageFileException)
            {
                return null; // The image file is what is damaged.
            }
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
