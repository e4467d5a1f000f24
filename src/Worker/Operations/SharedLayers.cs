using System.Text;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Messages;
using ImageSdk.Contracts.Projects;
using ImageSdk.Images;
using ImageSdk.Layers;
using ImageSdk.Layers.Shared;
using ImageSdk.Posix;
using ImageSdk.Sandbox.Roots;
using ImageSdk.Storage;
using ImageSdk.Trees.Unpacking;

namespace ImageSdk.Worker.Operations;

/// <summary>Takes layers from a cache that machines share, and gives it those that were made here.</summary>
sealed class SharedLayers(WorkerSession session, RemoteCacheSettings settings)
{
    /// <returns>The layer, which is in the cache of this machine now; null where the shared one lacks it or has it damaged.</returns>
    /// <exception cref="BuildException">The shared cache can't be reached.</exception>
    public LayerIndex? Fetch(string id) => FetchAsync(id).GetAwaiter().GetResult();

    async Task<LayerIndex?> FetchAsync(string id)
    {
        await using var remote = Open();
        return await FetchAsync(remote, id, isPart: false);
    }

    async Task<LayerIndex?> FetchAsync(IRemoteLayers remote, string id, bool isPart)
    {
        try
        {
            if (await remote.FindAsync(id, session.Cancellation) is not { } bytes)
                return null;
            var record = LayerRecord.Read(bytes);
            if (record.Id != id)
                throw new InvalidDataException($"it is layer {record.Id}");
            if (isPart && record.Parts.Count > 0)
                throw new InvalidDataException("it is part of a layer and has parts itself");
            foreach (var part in record.Parts)
                if (!session.Store.Contains(part) && await FetchAsync(remote, part, isPart: true) is null)
                    return null;
            session.Listener.Progress("Taking the layer from the shared cache");
            await UnpackAsync(remote, record);
            return record.Index;
        }
        catch (Exception exception) when (IsDamage(exception))
        {
            session.Cancellation.ThrowIfCancellationRequested();
            session.Listener.Report(new(DiagnosticSeverity.Warning, "IMG7161",
                $"Layer {id} of the shared cache is damaged ({exception.Message}). It is made again{(settings.ReadOnly ? "" : ", and the damaged one removed")}."));
            if (!settings.ReadOnly)
                await remote.RemoveAsync(id, session.Cancellation);
            return null;
        }
    }

    // An object with another content than its hash says comes as an error of reading.
    static bool IsDamage(Exception exception) =>
        exception is InvalidDataException or ImageFormatException or ObjectNotFoundException or IOException { InnerException: InvalidDataException };

    async Task UnpackAsync(IRemoteLayers remote, LayerRecord record)
    {
        var directory = session.NextRootDirectory();
        var tree = Path.Combine(directory, "u");
        Directory.CreateDirectory(tree);
        try
        {
            await new ImageUnpacker(remote.Objects, session.Cancellation).UnpackAsync(LayerImage.ToTree(record.Index, WorkerEnvironment.IsRootless), tree);
            LayerWriter.Write(session.Store, tree, Path.Combine(directory, "layer"), record);
        }
        finally
        {
            using var handle = DirectoryHandle.Open(session.Directory);
            handle.RemoveTree(Encoding.UTF8.GetBytes(Path.GetFileName(directory)));
        }
    }

    /// <summary>Gives the shared cache a layer of this machine.</summary>
    /// <exception cref="BuildException">The shared cache can't be reached, or takes nothing.</exception>
    public void Send(string id) => SendAsync(id).GetAwaiter().GetResult();

    async Task SendAsync(string id)
    {
        await using var remote = Open();
        foreach (var part in session.Store.PartsOf(id))
            await SendAsync(remote, part);
        await SendAsync(remote, id);
    }

    async Task SendAsync(IRemoteLayers remote, string id)
    {
        session.Listener.Progress("Giving the layer to the shared cache");
        var store = session.Store;
        var index = store.ReadIndex(id);
        var packages = Path.Combine(store.LayerDirectory(id), "packages");
        var record = new LayerRecord(
            id, store.TryReadInputs(id) ?? "", File.Exists(store.LogFile(id)) ? File.ReadAllText(store.LogFile(id)) : "",
            File.Exists(packages) ? File.ReadAllText(packages) : null, store.IsEmpty(id), store.PartsOf(id), index);
        using var objects = new LayerObjects(store, record);
        await remote.AddAsync(
            id, LayerImage.ToImage(index, objects.Record, DateTimeOffset.UtcNow + settings.MaxAge), objects, session.Cancellation);
    }

    IRemoteLayers Open() => settings.Server is { } server ? new ServerLayers(new(server, null, session.Listener)) : new DirectoryLayers(settings.Directory);
}
