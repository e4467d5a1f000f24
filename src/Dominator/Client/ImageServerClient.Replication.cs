using System.Runtime.CompilerServices;
using ImageSdk.Images;

namespace ImageSdk.Dominator;

/// <summary>What servers say to each other.</summary>
public sealed partial class ImageServerClient
{
    /// <summary>
    /// All directories (those above before those below) and the names of all images, then an update without a name, then
    /// what changes as it happens. Does not end by itself; the connection serves nothing else meanwhile, and is lost
    /// with the end of the iteration.
    /// </summary>
    /// <param name="ignoreExpiring">Leave out images that have an expiry.</param>
    /// <exception cref="ImageSdk.Srpc.SrpcException">The server refuses, or the connection is lost.</exception>
    /// <exception cref="OperationCanceledException">The iteration was cancelled.</exception>
    public async IAsyncEnumerable<ImageUpdate> GetUpdatesAsync(
        bool ignoreExpiring, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        await using var call = await connection.OpenCallAsync(
            ignoreExpiring ? "ImageServer.GetFilteredImageUpdates" : "ImageServer.GetImageUpdates", cancellation);
        if (ignoreExpiring)
        {
            await call.WriteAsync(GetFilteredImageUpdatesRequest.Gob, new() { IgnoreExpiring = true });
            await call.FlushAsync();
        }
        while (true)
            yield return await call.ReadAsync(ImageUpdate.Gob);
    }

    /// <summary>
    /// Adds an image with its creator and time of creation as they are. Its objects have to be there, as with
    /// <see cref="AddImageAsync"/>.
    /// </summary>
    public Task AddImageTrustedAsync(string name, Image image, CancellationToken cancellation = default) =>
        connection.CallAsync(
            "ImageServer.AddImageTrusted", AddImageRequest.Gob, new() { ImageName = name, Image = image }, AddImageResponse.Gob, cancellation);
}
