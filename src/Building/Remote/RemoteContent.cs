using ImageSdk.Building.Contents;
using ImageSdk.Building.State;
using ImageSdk.Contracts;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Messages;
using ImageSdk.Contracts.Projects;
using ImageSdk.Dominator;
using ImageSdk.Images;
using ImageSdk.Posix;
using ImageSdk.Storage;

namespace ImageSdk.Building.Remote;

/// <summary>Contents of an image that an imaginator built for this project, fetched from there.</summary>
sealed class RemoteContent : IImageContent
{
    /// <summary>Objects that one call brings: the imaginator lays them out on its disk before it sends them.</summary>
    const int MaximumObjects = 10_000;

    readonly string build;
    readonly string projectFile;
    readonly IBuildListener listener;
    readonly BuilderLink link;

    RemoteContent(ImageServerSettings builder, string build, string projectFile, IBuildListener listener)
    {
        (this.build, this.projectFile, this.listener) = (build, projectFile, listener);
        link = new(builder, projectFile, listener);
    }

    /// <exception cref="BuildException">IMG7366: what says how the imaginator is reached is gone.</exception>
    public static RemoteContent Open(BuildPlan plan, StateDirectory state, RemotelyBuilt remotely, IBuildListener listener) =>
        JsonFile.TryRead(state.RemoteStageFile, RemoteJson.Default.RemoteOutcome) is { Server: { } server } outcome && outcome.Build == remotely.Build
            ? new(server, remotely.Build, plan.Project.ProjectFile, listener)
            : throw new BuildException("IMG7366", $"{remotely.Builder} built {plan.Project.ImageFile} and has its files, and {state.RemoteStageFile} does not say how to reach it. Build the project again.", plan.Project.ProjectFile);

    public async Task StoreAsync(IReadOnlyList<ImageObject> objects, string directory, CancellationToken cancellation)
    {
        var store = new ObjectStore(directory);
        foreach (var part in objects.Select(item => new ObjectHash(item.Hash)).Chunk(MaximumObjects).Index())
        {
            listener.Progress($"Fetching {objects.Count} files from {link.Address}{(part.Index > 0 ? $": {part.Index * MaximumObjects} are here" : "")}");
            using var adder = store.BeginAdding();
            await FetchAsync(part.Item, (index, content) =>
            {
                adder.Add(content, part.Item[index], cancellation);
                return ValueTask.CompletedTask;
            }, cancellation);
            adder.Commit();
        }
    }

    public Task WriteLogAsync(ObjectHash log, string file, CancellationToken cancellation) => FetchAsync([log], (_, content) =>
    {
        AtomicFile.Write(file, content.CopyTo);
        return ValueTask.CompletedTask;
    }, cancellation);

    public async Task PackAsync(string objectsFile, string noticesFile, CancellationToken cancellation)
    {
        listener.Progress($"Fetching the image's files from {link.Address}");
        await link.CallAsync(async client =>
        {
            await client.PackAsync(build, async (file, read) => await ReceivedFile.WriteAsync(file, read, file.Name switch
            {
                PackedFiles.Objects => objectsFile,
                PackedFiles.Notices => noticesFile,
                _ => throw new BuildException("IMG7363", $"{link.Address} has sent {file.Name}, which was not asked for. Build with the same version of ImageSdk as there.", projectFile),
            }, link.Address, projectFile), cancellation);
            return true;
        }, cancellation);
    }

    public ValueTask DisposeAsync() => link.DisposeAsync();

    Task FetchAsync(ObjectHash[] hashes, Func<int, Stream, ValueTask> receive, CancellationToken cancellation) => link.CallAsync(async client =>
    {
        await client.GetObjectsAsync(build, hashes, receive, cancellation);
        return true;
    }, cancellation);
}
