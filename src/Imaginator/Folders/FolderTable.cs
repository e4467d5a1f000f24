using ImageSdk.Imaginator.Engine;
using ImageSdk.Imaginator.Git;
using ImageSdk.Imaginator.Options;

namespace ImageSdk.Imaginator.Folders;

/// <summary>The folders of a state directory.</summary>
static class FolderTable
{
    static readonly TimeSpan week = TimeSpan.FromDays(7);

    /// <summary>What whoever builds streams has: daemon and workers.</summary>
    public static IReadOnlyList<KeptFolder> OfStreams(EngineSettings settings, FolderQuotas quotas, GitMirrors mirrors, BuildDirectories builds, TimeProvider time) =>
    [
        new("cache", "layers of builds, and packages", "cacheQuota", new(quotas.Cache), new LayerFolder(settings)),
        new("store", "source images from the image server", "storeQuota", new(quotas.Store), new StoreFolder(Path.Combine(settings.StateDirectory, "store"))),
        new("git", "copies of repositories and their directories", "gitQuota", new(quotas.Git, week), new EntryFolder(mirrors.List, mirrors.TryTakeAwayAsync, time)),
        new("builds", "what builds of streams keep for the next ones", "buildsQuota", new(quotas.Builds), Of(builds, time)),
    ];

    public static IFolderContent Of(BuildDirectories builds, TimeProvider time) => new EntryFolder(builds.List, (path, _) => Task.FromResult(builds.TryTakeAway(path)), time);
}
