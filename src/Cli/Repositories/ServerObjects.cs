using ImageSdk.Dominator;
using ImageSdk.Dominator.Transfer;
using ImageSdk.Images;

namespace ImageSdk.Cli.Repositories;

/// <summary>Single objects of a server: notes, logs, files that are looked at.</summary>
sealed class ServerObjects(ServerConnections connections) : IObjectSource
{
    public Stream OpenRead(ObjectHash hash)
    {
        // Kept in a file that has no name, as an object may have any size.
        var path = Path.Combine(Path.GetTempPath(), $"imagesdk-{Guid.NewGuid():N}");
        var copy = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Options = FileOptions.DeleteOnClose,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        try
        {
            connections.AskAsync(async connection =>
            {
                copy.SetLength(0);
                await new ObjectServerClient(connection).GetObjectsAsync([hash], async (_, content) => await content.CopyToAsync(copy));
                return true;
            }).GetAwaiter().GetResult();
            copy.Position = 0;
            return copy;
        }
        catch
        {
            copy.Dispose();
            throw;
        }
    }
}
