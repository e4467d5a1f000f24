using ImageSdk.Building.Changes;
using ImageSdk.Building.Clouds;
using ImageSdk.Building.Contents;
using ImageSdk.Building.ImagePackages;
using ImageSdk.Building.ImageServices;
using ImageSdk.Building.Publishing;
using ImageSdk.Building.Remote;
using ImageSdk.Building.State;
using ImageSdk.Building.Workers;
using ImageSdk.Contracts;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Projects;
using ImageSdk.Images;
using ImageSdk.Layers.Shared;
using ImageSdk.Trees.ImagePackages;

namespace ImageSdk.Building;

/// <summary>What becomes of a built image: it is published, compared with the one before, packed.</summary>
public sealed partial class ImageBuild
{
    /// <summary>
    /// Adds the built image to the store, and to an image server where one is named: objects first, then the image.
    /// Idempotent.
    /// </summary>
    /// <param name="server">Null for the store alone.</param>
    /// <param name="changesFile">File that says what changed since the image that was published last; empty for none; null to compare nothing.</param>
    /// <returns>The image's name, at the server where there is one.</returns>
    public async Task<string> PublishAsync(BuildWorkers workers, ImageServerSettings? server, string? changesFile, CancellationToken cancellation)
    {
        var plan = state.ReadPlan();
        var store = plan.Project.Store.Open();
        var last = changesFile is not null && server is null ? LastPublished.Find(store.Images, plan.Project.Stream) : null;
        await using var content = await OpenContentAsync(plan, workers, cancellation);
        var name = await new ImagePublisher(plan, content, workers.Records, listener).PublishAsync(state, cancellation);
        var image = store.Images.Get(name)!;
        if (server is not null)
        {
            await using var link = new ServerLink(server, plan.Project.ProjectFile, listener);
            if (changesFile is not null)
                last = await LastPublished.FindAsync(link, plan.Project.Stream, cancellation);
            name = await new ServerPublisher(link, store.Objects, listener).PublishAsync(name, image, cancellation);
        }
        if (last is not null && last.Name != name && FoundChanges.Compare(last.Name, last.Image, name, image) is { } found)
            ReportPublished(found, changesFile!, store.Objects, workers.Shared<ImageChanges>());
        return name;
    }

    void ReportPublished(FoundChanges found, string changesFile, IObjectSource objects, ImageChanges reported)
    {
        var project = state.ReadPlan().Project.ProjectFile;
        var report = found.WithChangelogs(objects);
        // The build may just have said the same, having the image that was published last.
        if (reported.ReportedSince == found.SinceTree)
            ChangeReporter.Write(report, changesFile, project);
        else
            new ChangeReporter(listener).Report(report, changesFile, project);
    }

    /// <summary>Says how the image that was just built differs from the one before; nothing where it is the same.</summary>
    /// <param name="file">For all that changed; its extension says the format. Empty for none.</param>
    /// <exception cref="BuildException">IMG1600: the format is unknown.</exception>
    public async Task ReportChangesAsync(BuildWorkers workers, string file, CancellationToken cancellation)
    {
        if (await workers.Shared<ImageChanges>().TakeAsync() is not { } found)
            return;
        var plan = state.ReadPlan();
        await using var content = await OpenContentAsync(plan, workers, cancellation);
        new ChangeReporter(listener).Report(await found.WithChangelogsAsync(content, state.ChangelogsDirectory, cancellation), file, plan.Project.ProjectFile);
    }

    /// <summary>Looks whether the file of an image's changes can be written: before anything is built.</summary>
    /// <exception cref="BuildException">IMG1600: its format is unknown.</exception>
    public static void CheckChangesFile(string file, string projectFile)
    {
        if (file.Length > 0)
            _ = ChangeReporter.FormatOf(file, projectFile);
    }

    /// <summary>Looks whether an image could be published to Glance: before anything is built. No server is asked.</summary>
    /// <exception cref="BuildException">The cloud is not known, or something that is said of the image is wrong.</exception>
    public static void CheckGlance(GlanceRequest request) => request.Check();

    /// <summary>Brings an artifact of the built image to the image service of a cloud, where it is not there yet.</summary>
    /// <param name="artifact">Path of the file.</param>
    /// <exception cref="BuildException">The cloud refuses, or cannot be reached.</exception>
    public async Task<GlancePublication> PublishToGlanceAsync(GlanceRequest request, string artifact, BuildWorkers workers, CancellationToken cancellation)
    {
        var plan = state.ReadPlan();
        return await new GlancePublisher(plan, state, listener).PublishAsync(request, artifact, workers.Records.Read(plan.Project.ImageFile).FileSystem!, cancellation);
    }

    /// <summary>Looks whether an image could be published to an image management service: before anything is built. No server is asked.</summary>
    /// <exception cref="BuildException">Something that is said of it is wrong.</exception>
    public static void CheckImageService(ImageServiceRequest request) => request.Check();

    /// <summary>Brings the built image to an image management service, where it is not there yet.</summary>
    /// <param name="artifact">The folder of the format "kernel", with a root file system.</param>
    /// <exception cref="BuildException">The service refuses, or cannot be reached.</exception>
    public Task<ImageServicePublication> PublishToImageServiceAsync(ImageServiceRequest request, string artifact, CancellationToken cancellation) =>
        new ImageServicePublisher(state.ReadPlan(), listener).PublishAsync(request, artifact, cancellation);

    /// <summary>Brings objects of the built image into an object directory, for who sends them elsewhere.</summary>
    /// <param name="wanted">Those that are; others are left out.</param>
    /// <param name="directory">In the layout of an object server.</param>
    /// <exception cref="BuildException">There is no image (IMG7002), or its layers are gone (IMG7003).</exception>
    public async Task StoreObjectsAsync(IReadOnlySet<ObjectHash> wanted, string directory, BuildWorkers workers, CancellationToken cancellation)
    {
        var plan = state.ReadPlan();
        await using var content = await OpenContentAsync(plan, workers, cancellation);
        await new ImagePublisher(plan, content, workers.Records, listener).StoreObjectsAsync(wanted, directory, state, cancellation);
    }

    /// <summary>Where the files of the built image are: here, or at the imaginator that built it.</summary>
    async Task<IImageContent> OpenContentAsync(BuildPlan plan, BuildWorkers workers, CancellationToken cancellation)
    {
        var built = JsonFile.TryRead(plan.Project.ImageFile + ".json", StateJson.Default.BuiltImage)
            ?? throw new BuildException("IMG7002", $"There is no image to publish or to pack: {plan.Project.ImageFile} has not been built. Build the project first.", plan.Project.ProjectFile);
        if (built.Remotely is { } remotely)
            return RemoteContent.Open(plan, state, remotely, listener);
        var layers = plan.OpenLayers();
        await workers.HoldLayersAsync(layers, listener, cancellation);
        return new LayerContent(plan.Project.ImageFile, built, plan.Project.CacheDirectory, layers, workers, listener, plan.Project.ProjectFile);
    }

    /// <summary>Writes what a NuGet package carries of the built image, where it is not there yet.</summary>
    /// <param name="id">Of the package.</param>
    /// <param name="version">Of the package, normalized as NuGet does.</param>
    /// <exception cref="BuildException">There is no image (IMG7002), or its layers are gone (IMG7003).</exception>
    public async Task<ImagePackageFiles> PackAsync(string id, string version, BuildWorkers workers, CancellationToken cancellation)
    {
        var plan = state.ReadPlan();
        await using var content = await OpenContentAsync(plan, workers, cancellation);
        return await new ImagePackageContent(plan, content).MakeAsync(state.PackageDirectory, id, version, cancellation);
    }
}
