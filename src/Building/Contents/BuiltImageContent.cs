using System.Text.Json;
using ImageSdk.Building.State;
using ImageSdk.Building.Workers;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Messages;
using ImageSdk.Dominator;
using ImageSdk.Images;
using ImageSdk.Layers;
using ImageSdk.Posix;
using ImageSdk.Trees;

namespace ImageSdk.Building.Contents;

/// <summary>The contents of an image that a build on this machine left, for who hands them to another one.</summary>
/// <param name="imageFile">The image's record; beside it lies what says which layers it has.</param>
/// <param name="cacheDirectory">Of the build.</param>
public sealed class BuiltImageContent(string imageFile, string cacheDirectory, BuildWorkers workers, IBuildListener listener)
{
    /// <summary>Brings objects of the image into an object directory. Those that the image has not got are left out.</summary>
    /// <exception cref="BuildException">IMG7003: its layers are gone.</exception>
    /// <exception cref="IOException">The record cannot be read.</exception>
    public async Task StoreAsync(IReadOnlySet<ObjectHash> hashes, string directory, CancellationToken cancellation)
    {
        var image = ImageRecord.Read(imageFile);
        var objects = new Dictionary<ObjectHash, ImageObject>();
        foreach (var entry in image.FileSystem!.Walk())
            if (entry.Inode is RegularInode { Size: > 0 } file && hashes.Contains(file.Hash))
                objects.TryAdd(file.Hash, new(entry.Path.Span[1..].ToArray(), file.Hash.Span.ToArray()));
        if (objects.Count > 0)
            await (await OpenAsync(cancellation)).StoreAsync([.. objects.Values], directory, cancellation);
    }

    /// <summary>Writes what a NuGet package carries of the image beside its record.</summary>
    /// <exception cref="BuildException">IMG7003: its layers are gone.</exception>
    /// <exception cref="IOException">The record cannot be read.</exception>
    public async Task PackAsync(string objectsFile, string noticesFile, CancellationToken cancellation) =>
        await (await OpenAsync(cancellation)).PackAsync(objectsFile, noticesFile, cancellation);

    async Task<LayerContent> OpenAsync(CancellationToken cancellation)
    {
        var built = JsonSerializer.Deserialize(await File.ReadAllBytesAsync(imageFile + ".json", cancellation), StateJson.Default.BuiltImage)
            ?? throw new IOException($"{imageFile}.json is empty");
        var layers = new LayerStore(cacheDirectory, Processes.UserId);
        await workers.HoldLayersAsync(layers, listener, cancellation);
        return new(imageFile, built, cacheDirectory, layers, workers, listener, projectFile: null);
    }
}
