using System.Text.Json.Nodes;
using ImageSdk.ImageService.Artifacts;
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
    public async Task<PackedImage> RunAsync(RunContext run, CancellationToken cancellation)
    {
        if (!File.Exists(DoneMark(run)))
        {
            await FetchAsync(run, cancellation);
            if (await shell.OfferAsync(run, root: null, cancellation) == ShellOutcome.Failed)
                throw new RunException("IMG7628", "The user says that the customization has failed.");
            RemoveFlags(run);
            await File.WriteAllTextAsync(DoneMark(run), "", cancellation);
        }
        await run.SetStatusAsync(JobStatus.PackagingArtifacts, cancellation);
        return await RootPacker.PackStackAsync(run, cancellation);
    }

    static string DoneMark(RunContext run) => Path.Combine(run.Folder, "user.done");

    async Task FetchAsync(RunContext run, CancellationToken cancellation)
    {
        await run.SetStatusAsync(JobStatus.FetchingImage, cancellation);
        var file = Path.Combine(run.Folder, "image.sqsh");
        if (File.Exists(file))
        {
            run.Log.Write("The image is there already, and the changes to it");
            return;
        }
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
        // What an image had of an earlier customization says nothing of this one: the new root has no such files.
        RemoveFlags(run);
    }

    static void RemoveFlags(RunContext run)
    {
        foreach (var flag in (string[])["user/complete", "user/failed", "upper/tmp/complete", "upper/tmp/failed"])
            if (File.Exists(Path.Combine(run.Folder, flag)))
                File.Delete(Path.Combine(run.Folder, flag));
        var made = Path.Combine(run.Folder, "made-resolv.conf");
        if (File.Exists(made) && Path.Combine(run.Folder, "upper/etc/resolv.conf") is var file && new FileInfo(file) is { Exists: true, Length: 0 })
            File.Delete(file);
    }
}
