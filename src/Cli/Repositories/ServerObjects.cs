using ImageSdk.Dominator;
using ImageSdk.Dominator.Transfer;
using ImageSdk.Images;

namespace ImageSdk.Cli.Repositories;

/// <summary>Single objects of a server: notes, logs, files that are looked at.</summary>
sealed class ServerObjects(ServerConnections connections) : IObjectSource
{
    public Stream OpenRead(ObjectHash hash)
    {
        // An object may have any size.
        var copy = ScratchFile.Create();
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
