using ImageSdk.Building.Manifests;
using ImageSdk.Building.State;
using ImageSdk.Building.Workers;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Messages;
using ImageSdk.Contracts.Projects;

namespace ImageSdk.Building.Speculation;

/// <summary>
/// The one place from which a build works ahead of need; docs/decisions/0004-speculation.md has the rules. A project turns all of it off
/// by ImageSpeculation=false.
/// </summary>
/// <param name="workers">Of the build; it keeps between stages what was begun.</param>
sealed class BuildSpeculation(bool isOn, BuildWorkers workers)
{
    public static BuildSpeculation Of(ImageProject project, BuildWorkers workers) => new(project.Speculation, workers);

    /// <summary>Starts the worker in the background. A wrong guess costs a process that is asked nothing.</summary>
    /// <param name="isNeeded">Whether there will be work for it, as far as can be seen.</param>
    public Task StartWorkerAsync(string cacheDirectory, Func<bool> isNeeded) => !isOn ? Task.CompletedTask : Task.Run(async () =>
    {
        if (isNeeded())
            await workers.StartAheadAsync(cacheDirectory);
    });

    /// <summary>
    /// Has the worker run the first stages of a project that was never built, while other work precedes the build. What is wrong with the
    /// project is reported by the build.
    /// </summary>
    /// <param name="referencedImages">Image files (bin/…/x.image) of the projects that this one references, built or not.</param>
    public async Task PrefetchStagesAsync(ImageProject project, IReadOnlyList<string> referencedImages, StateDirectory state)
    {
        if (!isOn)
            return;
        try
        {
            await workers.StartAheadAsync(project.CacheDirectory);
            var plan = new BuildPlan(project, ManifestReader.Read(project, new SilentListener()));
            if (new FirstStages(plan, plan.OpenLayers(), new DigestCache(state.DigestsFile)).Find(referencedImages) is not { Count: > 0 } stages || !workers.HasWorker)
                return;
            workers.Shared<SpeculativeLayers>().Ids = stages.Select(stage => stage.LayerId).ToHashSet();
            await workers.AskAsync(project.CacheDirectory, new PrefetchStagesRequest(stages), new SilentListener(), CancellationToken.None);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or BuildException or ArgumentException)
        {
            // The build finds the same.
        }
    }

    /// <summary>Whether the worker may have made a layer that no stage of this build has asked for.</summary>
    public bool IsSpeculative(string layerId) => workers.Shared<SpeculativeLayers>().Ids.Contains(layerId);

    /// <summary>Begins to decode an image record; what is wrong with it is said where it is read.</summary>
    public void Prefetch(string imageRecord)
    {
        if (isOn)
            workers.Records.Prefetch(imageRecord);
    }

    /// <summary>Begins to work a value out, in the place of an earlier one.</summary>
    /// <returns>Null where speculation is off.</returns>
    public Task<T>? Begin<T>(Func<Task<T>> work) => isOn ? workers.Shared<Prefetched<T>>().Work = work() : null;

    /// <summary>The same where it was not begun before.</summary>
    public Task<T>? BeginOnce<T>(Func<Task<T>> work) => isOn ? workers.Shared<Prefetched<T>>().Work ??= work() : null;

    /// <summary>What was begun, once; null where nothing was.</summary>
    public Task<T>? Take<T>()
    {
        var prefetched = workers.Shared<Prefetched<T>>();
        var work = prefetched.Work;
        prefetched.Work = null;
        return work;
    }

    /// <summary>Work that is needed later: begun now, or where its value is asked for.</summary>
    public Lazy<Task<T>> BeginOrDefer<T>(Func<Task<T>> work)
    {
        var value = new Lazy<Task<T>>(work);
        if (isOn)
            _ = value.Value;
        return value;
    }
}
