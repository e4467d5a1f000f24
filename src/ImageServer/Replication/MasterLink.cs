using ImageSdk.Dominator.Transfer;
using ImageSdk.Hosting.Logs;
using ImageSdk.ImageServer.Errors;
using ImageSdk.ImageServer.Images;
using ImageSdk.ImageServer.Objects;
using ImageSdk.Images;

namespace ImageSdk.ImageServer.Replication;

/// <summary>What a replica's methods do at its master.</summary>
sealed class MasterLink(
    string address, ServerConnections master, Replicator replicator, ImageCatalogue images, ObjectCatalogue objects, ServerLog log) : IMasterLink
{
    public string Address => address;

    public Task Replicated => replicator.Replicated;

    public async Task AddImageAsync(string name, Image image)
    {
        using var injection = await replicator.BeginInjectionAsync(name);
        // What would be refused here must not get to the master, where it could not be taken back.
        Refusals.Plain.Of(() => images.CheckNew(name, image));
        var uses = ObjectUse.Of(image);
        objects.AddReferences(uses);
        try
        {
            // One that was not used for a while may be lost, which would only show when it is too late to try again.
            await using var connections = new ServerConnections(master.ConnectAsync);
            await new ImagePush(connections, objects.Store) { IsTrusted = true }.AddAsync(name, image);
            // The master has it, and so will this server: perhaps its directory is still on its way.
            if (Refusals.Plain.TextOf(() => images.Add(name, image, overDeleted: true)) is { Length: > 0 } problem)
                log.Write($"AddImage({name}): added to the master, follows here: {problem}");
        }
        finally
        {
            objects.DropReferences(uses);
        }
    }
}
