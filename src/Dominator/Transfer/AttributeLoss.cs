using ImageSdk.Images;
using ImageSdk.Srpc;

namespace ImageSdk.Dominator.Transfer;

/// <summary>What a server of Dominator does not keep of an image: it skips the fields that hold extended attributes.</summary>
public static class AttributeLoss
{
    /// <summary>How many paths of an image that was just added have lost their extended attributes (file capabilities, ACLs, labels).</summary>
    /// <exception cref="SrpcException">The server cannot be reached.</exception>
    public static async Task<int> CountAsync(ServerConnections connections, string name, Image image, CancellationToken cancellation)
    {
        var paths = (image.FileSystem?.Walk() ?? []).Where(entry => entry.Inode.ExtendedAttributes.Count > 0).Select(entry => entry.Path).ToList();
        if (paths.Count == 0)
            return 0;
        return await connections.AskAsync(connection => IsKeptAsync(new ImageServerClient(connection), name, paths[0], cancellation), cancellation) ? 0 : paths.Count;
    }

    static async Task<bool> IsKeptAsync(ImageServerClient client, string name, ByteString path, CancellationToken cancellation)
    {
        try
        {
            var reply = await client.GetImageInodesAsync(name, [path], cancellation);
            // An image that is gone again lost nothing by the server's doing.
            return !reply.ImageExists || reply.Inodes?.Values.Any(inode => inode.ExtendedAttributes.Count > 0) is true;
        }
        catch (SrpcException refusal) when (refusal.IsFromServer)
        {
            // Older servers do not have the method, nor do they keep attributes.
            return false;
        }
    }
}
