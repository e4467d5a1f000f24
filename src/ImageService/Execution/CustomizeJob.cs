using System.Text.Json.Nodes;
using ImageSdk.ImageService.Artifacts;
using ImageSdk.ImageService.Confinement;
using ImageSdk.ImageService.Packaging;
using ImageSdk.ImageService.Problems;
using ImageSdk.ImageService.Recipes;
using ImageSdk.ImageService.Records;
using ImageSdk.ImageService.Records.Stores;
using ImageSdk.ImageService.Runs;
using ImageSdk.ImageService.Shells;

namespace ImageSdk.ImageService.Execution;

/// <summary>
/// Lets a user into the root file system of an image and makes another image of it. The image is stacked below the changes, not unpacked; they lie in the job's
/// folder, where a run that was ended in the middle finds them.
/// </summary>
/// <param name="most">Bytes; the manifest of an image that has as many is too large.</param>
sealed class CustomizeJob(RecordStore records, IArtifactStore artifacts, ArtifactFetcher fetcher, JobShell shell, int most)
{
    public async Task<PackedImage> RunAsync(RunContext run, Workplace place, CancellationToken cancellation)
    {
        if (!File.Exists(DoneMark(run)))
        {
            await FetchAsync(run, place, cancellation);
            if (await shell.OfferAsync(run, place, RootPacker.Stack, cancellation) == ShellOutcome.Failed)
                throw new RunException("IMG7628", "The user says that the customization has failed.");
            await File.WriteAllTextAsync(DoneMark(run), "", cancellation);
        }
        await run.SetStatusAsync(JobStatus.PackagingArtifacts, cancellation);
        return await RootPacker.PackAsync(run, place, RootPacker.Stack, cancellation);
    }

    static string DoneMark(RunContext run) => Path.Combine(run.Folder, "user.done");

    async Task FetchAsync(RunContext run, Workplace place, CancellationToken cancellation)
    {
        await run.SetStatusAsync(JobStatus.FetchingImage, cancellation);
        var file = Path.Combine(run.Folder, "image.sqsh");
        if (File.Exists(file))
            run.Log.Write("The image is there already, and the changes to it");
        else
            await FetchAsync(run, file, cancellation);
        if (!await place.HasAsync("image.sqsh", cancellation))
            await place.SendAsync("image.sqsh", cancellation);
    }

    async Task FetchAsync(RunContext run, string file, CancellationToken cancellation)
    {
        var image = await records.FindAsync(RecordKinds.Images, run.Job.ArtifactId, isDeleted: false, cancellation)
            ?? throw new RunException("IMG7620", $"The image {run.Job.ArtifactId} was removed.");
        if (image.Link is null || !ArtifactPath.TryParse(image.Link.Path, out var manifest))
            throw new RunException("IMG7620", $"The image {image.Id} has no manifest any more.");
        ManifestEntry root;
        try
        {
            root = await ImageManifest.FindRootAsync(artifacts, manifest, new JsonObject { ["path"] = image.Link.Path }, most, cancellation);
        }
        catch (ApiProblem problem)
        {
            throw new RunException("IMG7620", problem.Message, problem);
        }
        await fetcher.FetchAsync(run, root.Path, file + ".part", root.Md5, cancellation);
        File.Move(file + ".part", file);
    }

    /// <summary>Forgets what was done on a node that was lost.</summary>
    public static void Forget(RunContext run)
    {
        foreach (var file in Directory.GetFiles(run.Folder, "user.done").Concat(Directory.GetFiles(run.Folder, "waiting.since")).Concat(Directory.GetFiles(run.Folder, "port.*")))
            File.Delete(file);
    }
}
