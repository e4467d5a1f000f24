using ImageSdk.Cli.Repositories;
using ImageSdk.Dominator;
using ImageSdk.Dominator.Transfer;
using ImageSdk.Images;
using ImageSdk.Srpc.Gob;

namespace ImageSdk.Cli.Saving;

/// <summary>
/// An image with its objects in one file, as imagetool has it: one gob stream of the archive (a byte slice), then of each
/// object its hash and length, followed by its bytes.
/// </summary>
static class SavedImage
{
    public static async Task WriteAsync(
        Stream output, byte[] archive, Image image, IImageRepository repository, TransferProgress progress, CancellationToken cancellation)
    {
        var encoder = new GobEncoder(output);
        encoder.Write(GobTypes.Bytes, archive);
        var objects = ImageObjects.List(image);
        // Annotations come one by one, as the image does not say how long they are.
        foreach (var hash in objects.Where(known => known.Value is null).Select(known => known.Key))
        {
            await using var content = repository.Objects.OpenRead(hash);
            await WriteAsync(hash, content);
        }
        WantedObject[] files = [.. objects.Where(known => known.Value is not null).Select(known => new WantedObject(known.Key, known.Value!.Value))];
        var index = 0;
        await foreach (var content in OrderedFetch.ReadAsync(repository.Fetcher(progress), files, cancellation))
            await WriteAsync(files[index++].Hash, content);

        async Task WriteAsync(ObjectHash hash, Stream content)
        {
            encoder.Write(SavedObject.Gob, new() { Hash = hash, Length = (ulong)content.Length });
            await content.CopyToAsync(output, cancellation);
        }
    }
}
