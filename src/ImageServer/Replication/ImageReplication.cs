using ImageSdk.Dominator;
using ImageSdk.Dominator.Transfer;
using ImageSdk.Hosting.Logs;
using ImageSdk.ImageServer.Errors;
using ImageSdk.ImageServer.Images;
using ImageSdk.ImageServer.Objects;
using ImageSdk.Images;
using ImageSdk.Srpc;

namespace ImageSdk.ImageServer.Replication;

/// <summary>Brings single images up to what the master has.</summary>
sealed class ImageReplication(
    ImageCatalogue images, ObjectCatalogue catalogue, ObjectReplication objects, ServerConnections master, ReplicationOptions options, ServerLog log)
{
    /// <summary>What a replica does, its master has been allowed to do.</summary>
    public static SrpcCaller Caller { get; } = new("", new HashSet<string>(), HasMethodAccess: true);

    /// <summary>
    /// Sees to it that an image is here that the master has: fetches it, or what is damaged of it, or takes over a later
    /// expiry.
    /// </summary>
    /// <returns>Whether the image was added.</returns>
    /// <exception cref="SrpcException">The master or this server refuses, or the master cannot be reached.</exception>
    /// <exception cref="InvalidDataException">The master sent something else.</exception>
    /// <exception cref="IOException">The disk is full or broken.</exception>
    public async Task<bool> BringAsync(string name, CancellationToken cancellation)
    {
        var fault = images.FindFault(name);
        if (images.Find(name) is { } header && fault is null)
        {
            if (header.ExpiresAt is { } expiresAt)
                await ExtendAsync(name, expiresAt, cancellation);
            return false;
        }
        log.Write($"Replicator({name}): {(fault is null ? "add image" : $"will re-replicate due to: {fault}")}");
        if (await GetAsync(name, cancellation) is not { } image)
        {
            // Gone meanwhile. Should it come again, that is announced.
            log.Write($"error adding image: {name}: not found");
            return false;
        }
        log.Write($"Replicator({name}): downloaded image");
        if (options.IgnoresExpiring && image.ExpiresAt is not null)
        {
            log.Write($"Replicator({name}): ignoring expiring image in archiver mode");
            return false;
        }
        // Before anything is fetched for it.
        Refusals.Plain.Of(() => FileSystemValidator.Validate(image.FileSystem ?? throw new SrpcException("nil file-system")));
        using var pins = new ObjectPins(catalogue);
        await objects.FetchAsync(name, image, pins, cancellation);
        Refusals.Plain.Of(() =>
        {
            images.Discard(name);
            images.Add(name, image, overDeleted: true);
        });
        log.Write($"Replicator({name}): added image");
        return true;
    }

    /// <summary>Deletes an image that the master has deleted, or has not got.</summary>
    /// <returns>Whether there was one.</returns>
    /// <exception cref="SrpcException">It cannot be deleted.</exception>
    public bool Delete(string name)
    {
        if (images.Find(name) is null)
            return false;
        Refusals.Plain.Of(() => images.Delete(name, Caller));
        return true;
    }

    async Task<Image?> GetAsync(string name, CancellationToken cancellation)
    {
        var request = new GetImageRequest
        {
            ImageName = name,
            IgnoreFilesystemIfExpiring = options.IgnoresExpiring,
            Timeout = options.ImageTimeout,
        };
        var reply = await master.AskAsync(connection => new ImageServerClient(connection).GetImageAsync(request, cancellation), cancellation);
        return reply.Image;
    }

    async Task ExtendAsync(string name, DateTimeOffset current, CancellationToken cancellation)
    {
        try
        {
            var latest = await master.AskAsync(
                connection => new ImageServerClient(connection).GetImageExpirationAsync(name, cancellation), cancellation);
            if (latest <= current)
                return;
            Refusals.Plain.Of(() => images.ChangeExpiration(name, latest, Caller));
            log.Write($"Replicator({name}): extended expiration time");
        }
        catch (SrpcException problem) when (problem.IsFromServer || images.Find(name) is null)
        {
            // Its time has come, here or there.
            log.Write($"Replicator({name}): {problem.Message}");
        }
    }
}
