using ImageSdk.Building;
using ImageSdk.Building.Workers;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Projects;
using ImageSdk.Contracts.Stages;
using ImageSdk.Dominator;
using ImageSdk.Images;
using ImageSdk.Imaginator.Configuration;
using ImageSdk.Imaginator.Engine;

namespace ImageSdk.Imaginator.Projects;

/// <summary>Builds projects of other machines with the engine of <c>dotnet build</c>.</summary>
/// <param name="objects">Files of projects.</param>
/// <param name="directories">Where builds of users keep what the next ones use.</param>
/// <param name="maximumTime">That a build may take.</param>
sealed class ProjectBuilder(EngineSettings settings, MainConfiguration configuration, ProjectObjects objects, BuildDirectories directories, TimeSpan maximumTime)
{
    /// <summary>What was built, in a directory that no other build uses until it is disposed of.</summary>
    public sealed record Output(BuildDirectory Directory, string ImageFile, string LogFile, IReadOnlyList<string> Files);

    /// <exception cref="BuildException">It fails, for a reason that the message explains.</exception>
    public async Task<Output> BuildAsync(ProjectSession session, Func<string, ProjectListener> listen, CancellationToken cancellation)
    {
        // Its name has no slash, and no user can choose another's.
        var user = Convert.ToHexStringLower(ObjectHash.Of(System.Text.Encoding.UTF8.GetBytes(session.User)).Span[..8]);
        var directory = await directories.TakeAsync(
            $"{user}/{session.Project.Project.Stream}", () => session.Tell(new() { News = BuildProjectNews.Progress, Message = "Waiting until folders of the imaginator are cleaned up" }), cancellation);
        try
        {
            using var workers = new BuildWorkers(settings.WorkerAssembly, settings.Dotnet);
            using var secrets = new HeldSecrets(directory.Path, session.Request.Secrets);
            var tree = Path.Combine(directory.Path, "tree");
            var listener = listen(tree);
            await UnpackAsync(session, tree, cancellation);
            return await RunAsync(session, directory, tree, secrets, workers, listener, cancellation);
        }
        catch
        {
            directory.Dispose();
            throw;
        }
    }

    async Task UnpackAsync(ProjectSession session, string tree, CancellationToken cancellation)
    {
        var mark = tree + ".hash";
        var hash = session.Request.Tree.ToString();
        if (File.Exists(mark) && await File.ReadAllTextAsync(mark, cancellation) == hash)
            return;
        File.Delete(mark);
        if (System.IO.Directory.Exists(tree))
            System.IO.Directory.Delete(tree, recursive: true);
        System.IO.Directory.CreateDirectory(tree);
        await session.Project.UnpackAsync(objects.Source, tree, cancellation);
        await File.WriteAllTextAsync(mark, hash, cancellation);
    }

    async Task<Output> RunAsync(
        ProjectSession session, BuildDirectory directory, string tree, HeldSecrets secrets, BuildWorkers workers, ProjectListener listener, CancellationToken cancellation)
    {
        var output = Path.Combine(directory.Path, "output");
        System.IO.Directory.CreateDirectory(output);
        var (project, artifacts) = session.Project.Place(tree, output, placed => placed with
        {
            CacheDirectory = settings.CacheDirectory,
            Store = new(Path.Combine(settings.StateDirectory, "store", "images"), Path.Combine(settings.StateDirectory, "store", "objects")),
            Cache = configuration.Cache,
            Speculation = true,
            Sandbox = placed.Sandbox with
            {
                BuildTimeout = placed.Sandbox.BuildTimeout > TimeSpan.Zero && placed.Sandbox.BuildTimeout < maximumTime ? placed.Sandbox.BuildTimeout : maximumTime,
                Secrets = secrets.Place(placed.Sandbox.Secrets),
            },
        });
        var lockBefore = PlaceLock(project, session.Project.FindLock(tree));
        var engine = new ImageBuild(Path.Combine(directory.Path, "state"), listener);
        engine.Prepare(project, cancellation);
        if (artifacts.Count > 0 && engine.PrepareArtifacts(artifacts, workers).FirstOrDefault(artifact => artifact.IsFolder || Path.GetDirectoryName(artifact.Path) != output) is { } odd)
            throw new BuildException("IMG7367", $"The artifact {odd.Format} is no file beside the image. Build without ImageBuilder.");
        if (await engine.ResolveSourceAsync(session.ReferencedImages, mayBuild: false, settings.ImageServer, cancellation: cancellation) is not null)
            throw new InvalidOperationException("the engine knows no other projects");
        foreach (var row in StageTable.Rows.Where(row => row.Kind != StageKind.Resolve))
        {
            if (row.Kind is StageKind.Unpack or StageKind.Packages)
                await engine.LockAsync(row.Stage, workers, cancellation);
            engine.DigestInputs(row.Stage);
            var outcome = await engine.RunStageAsync(row.Stage, workers, cancellation);
            listener.Stage(outcome.Ran, $"{row.Stage}: {outcome.Summary}");
        }
        var made = artifacts.Count > 0 ? await engine.MakeArtifactsAsync(artifacts, areProjects: true, workers, cancellation) : [];
        if (project.Attestations.Count > 0)
            await engine.DescribeAsync(workers, cancellation);
        string[] files =
        [
            project.ImageFile, .. project.Attestations.Select(kind => AttestationKinds.FileBeside(project.ImageFile, kind)).Where(File.Exists), .. made.Select(artifact => artifact.Path),
            .. project.Lock is { } locked && File.Exists(locked.File) && await File.ReadAllTextAsync(locked.File, cancellation) != lockBefore ? [locked.File] : Array.Empty<string>(),
        ];
        return new(directory, project.ImageFile, engine.LogFile, files);
    }

    /// <returns>The text of the lock; null for none.</returns>
    static string? PlaceLock(ImageProject project, string? sent)
    {
        if (project.Lock is not { } locked)
            return null;
        File.Delete(locked.File);
        if (sent is null)
            return null;
        File.Copy(sent, locked.File);
        return File.ReadAllText(locked.File);
    }
}
