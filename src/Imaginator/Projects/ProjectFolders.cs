using ImageSdk.Imaginator.Engine;
using ImageSdk.Imaginator.Folders;
using ImageSdk.Imaginator.Options;

namespace ImageSdk.Imaginator.Projects;

/// <summary>The folders of projects of other machines.</summary>
static class ProjectFolders
{
    static readonly TimeSpan week = TimeSpan.FromDays(7);

    public static IReadOnlyList<KeptFolder> Of(ImaginatorOptions options, ProjectObjects objects, BuildDirectories builds, ProjectResults results, TimeProvider time) =>
    [
        new("projects/objects", "files of projects of other machines", "projectQuota", new(options.ProjectQuota), new ObjectFolder(objects)),
        new("projects/builds", "what builds of such projects keep for the next ones", "projectBuildsQuota", new(options.ProjectBuildsQuota, week), FolderTable.Of(builds, time)),
        new("projects/results", "records of images of such projects", "projectRecordsQuota", new(options.ProjectRecordsQuota, week),
            new EntryFolder(results.List, (path, _) => Task.FromResult<string?>(ProjectResults.TakeAway(path)), time)),
    ];

    sealed class ObjectFolder(ProjectObjects objects) : IFolderContent
    {
        public Task<ulong> MeasureAsync(CancellationToken cancellation) => Task.Run(objects.Measure, cancellation);

        public Task CollectAsync(FolderLimits limits, CancellationToken cancellation) => Task.Run(objects.Trim, cancellation);
    }
}
