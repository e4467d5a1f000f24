using ImageSdk.Images;
using ImageSdk.Srpc;

namespace ImageSdk.Dominator;

/// <summary>
/// The images of an image server. All methods throw <see cref="SrpcException"/>: with the server's text where it
/// refuses, which leaves the connection usable, and otherwise where the connection is lost.
/// </summary>
/// <param name="connection">May be shared with others; stays the caller's.</param>
public sealed partial class ImageServerClient(SrpcConnection connection)
{
    public async Task<bool> CheckImageAsync(string name, CancellationToken cancellation = default)
    {
        var reply = await connection.CallAsync(
            "ImageServer.CheckImage", CheckImageRequest.Gob, new() { ImageName = name }, CheckImageResponse.Gob, cancellation);
        return reply.ImageExists;
    }

    public async Task<bool> CheckDirectoryAsync(string name, CancellationToken cancellation = default)
    {
        var reply = await connection.CallAsync(
            "ImageServer.CheckDirectory", CheckDirectoryRequest.Gob, new() { DirectoryName = name }, CheckDirectoryResponse.Gob, cancellation);
        return reply.DirectoryExists;
    }

    /// <returns>Null where there is no such image. Its tree is as it came: check it before trusting it.</returns>
    public async Task<Image?> GetImageAsync(string name, CancellationToken cancellation = default) =>
        (await GetImageAsync(new GetImageRequest { ImageName = name }, cancellation)).Image;

    /// <inheritdoc cref="GetImageAsync(string, CancellationToken)"/>
    public Task<GetImageResponse> GetImageAsync(GetImageRequest request, CancellationToken cancellation = default) =>
        connection.CallAsync("ImageServer.GetImage", GetImageRequest.Gob, request, GetImageResponse.Gob, cancellation);

    /// <summary>
    /// Adds an image. Its objects have to be there, uploaded not long before: a server may forget those that no image needs.
    /// </summary>
    public Task AddImageAsync(string name, Image image, CancellationToken cancellation = default) =>
        connection.CallAsync(
            "ImageServer.AddImage", AddImageRequest.Gob, new() { ImageName = name, Image = image }, AddImageResponse.Gob, cancellation);

    /// <returns>The name of the newest image directly in a directory; null where none fits.</returns>
    public async Task<string?> FindLatestImageAsync(FindLatestImageRequest request, CancellationToken cancellation = default)
    {
        var reply = await connection.CallAsync(
            "ImageServer.FindLatestImage", FindLatestImageRequest.Gob, request, FindLatestImageResponse.Gob, cancellation);
        ThrowIfFailed(reply.Error);
        return reply.ImageName.Length == 0 ? null : reply.ImageName;
    }

    /// <summary>The names of all images that are selected, in any order.</summary>
    public async Task<IReadOnlyList<string>> ListImagesAsync(ListSelectedImagesRequest request, CancellationToken cancellation = default)
    {
        await using var call = await connection.OpenCallAsync("ImageServer.ListSelectedImages", cancellation);
        await call.WriteAsync(ListSelectedImagesRequest.Gob, request);
        await call.FlushAsync();
        var names = new List<string>();
        for (string line; (line = await call.ReadLineAsync()).Length > 0;)
            names.Add(line);
        await call.CloseAsync();
        return names;
    }

    /// <summary>All directories, in any order; "." is the root.</summary>
    public async Task<IReadOnlyList<ImageDirectory>> ListDirectoriesAsync(CancellationToken cancellation = default)
    {
        await using var call = await connection.OpenCallAsync("ImageServer.ListDirectories", cancellation);
        var directories = new List<ImageDirectory>();
        for (ImageDirectory directory; (directory = await call.ReadAsync(ImageTypes.Directory)).Name.Length > 0;)
            directories.Add(directory);
        await call.CloseAsync();
        return directories;
    }

    /// <param name="name">Without a slash at its start.</param>
    /// <param name="makeAll">Make those above it too, and do not mind where it exists.</param>
    public Task MakeDirectoryAsync(string name, bool makeAll = false, CancellationToken cancellation = default) =>
        connection.CallAsync(
            "ImageServer.MakeDirectory", MakeDirectoryRequest.Gob, new() { DirectoryName = name, MakeAll = makeAll },
            MakeDirectoryResponse.Gob, cancellation);

    public async Task DeleteDirectoryAsync(string name, CancellationToken cancellation = default)
    {
        var reply = await connection.CallAsync(
            "ImageServer.DeleteDirectory", DeleteDirectoryRequest.Gob, new() { DirectoryName = name }, DeleteDirectoryResponse.Gob, cancellation);
        ThrowIfFailed(reply.Error);
    }

    /// <param name="group">Empty for no owner.</param>
    public Task ChangeOwnerAsync(string directory, string group, CancellationToken cancellation = default) =>
        connection.CallAsync(
            "ImageServer.ChownDirectory", ChangeOwnerRequest.Gob, new() { DirectoryName = directory, OwnerGroup = group },
            ChangeOwnerResponse.Gob, cancellation);

    public Task DeleteImageAsync(string name, CancellationToken cancellation = default) =>
        connection.CallAsync(
            "ImageServer.DeleteImage", DeleteImageRequest.Gob, new() { ImageName = name }, DeleteImageResponse.Gob, cancellation);

    /// <returns>Null where the image does not expire.</returns>
    public async Task<DateTimeOffset?> GetImageExpirationAsync(string name, CancellationToken cancellation = default)
    {
        var reply = await connection.CallAsync(
            "ImageServer.GetImageExpiration", GetImageExpirationRequest.Gob, new() { ImageName = name }, GetImageExpirationResponse.Gob, cancellation);
        ThrowIfFailed(reply.Error);
        return reply.ExpiresAt;
    }

    /// <param name="expiresAt">Null for never.</param>
    public async Task ChangeImageExpirationAsync(string name, DateTimeOffset? expiresAt, CancellationToken cancellation = default)
    {
        var reply = await connection.CallAsync(
            "ImageServer.ChangeImageExpiration", ChangeImageExpirationRequest.Gob, new() { ImageName = name, ExpiresAt = expiresAt },
            ChangeImageExpirationResponse.Gob, cancellation);
        ThrowIfFailed(reply.Error);
    }

    /// <returns>The server that this one is a replica of; null where it is none.</returns>
    public async Task<string?> GetReplicationMasterAsync(CancellationToken cancellation = default)
    {
        var reply = await connection.CallAsync(
            "ImageServer.GetReplicationMaster", GetReplicationMasterRequest.Gob, new(), GetReplicationMasterResponse.Gob, cancellation);
        ThrowIfFailed(reply.Error);
        return reply.ReplicationMaster.Length == 0 ? null : reply.ReplicationMaster;
    }

    // Some methods refuse in the reply and not before it.
    internal static void ThrowIfFailed(string error)
    {
        if (error.Length > 0)
            throw new SrpcException(error) { IsFromServer = true };
    }
}
