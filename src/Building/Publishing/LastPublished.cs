using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Dominator;
using ImageSdk.Images;
using ImageSdk.Layers.Shared;
using ImageSdk.Storage;

namespace ImageSdk.Building.Publishing;

/// <summary>The image that is to be followed by one that is about to be published: the newest of its stream. Its record only, no contents.</summary>
/// <param name="Name">STREAM/TIME.</param>
sealed record LastPublished(string Name, Image Image)
{
    /// <summary>At a server; null where the stream is new there.</summary>
    /// <exception cref="BuildException">The server refuses, or cannot be reached.</exception>
    public static async Task<LastPublished?> FindAsync(ServerLink server, string stream, CancellationToken cancellation)
    {
        if (!await server.AskAsync(client => client.CheckDirectoryAsync(stream, cancellation), cancellation))
            return null;
        return await server.AskAsync(client => client.FindLatestImageAsync(new() { DirectoryName = stream }, cancellation), cancellation) is { } name
            && await server.AskAsync(client => client.GetImageAsync(name, cancellation), cancellation) is { } image ? new(name, image) : null;
    }

    /// <summary>In the local store; null where the stream is new there, or its newest image cannot be read.</summary>
    public static LastPublished? Find(ImageStore images, string stream)
    {
        try
        {
            return images.DirectoryExists(stream) && images.FindLatest(stream) is { } name && images.Get(name) is { } image ? new(name, image) : null;
        }
        catch (Exception exception) when (exception is ImageFileException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
