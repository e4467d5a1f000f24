using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Projects;

namespace ImageSdk.Building.Stages;

/// <summary>The directory that a stream's scripts find again in the next build; kept below a size.</summary>
static class StreamCache
{
    public static string? DirectoryOf(ImageProject project) =>
        project.Cache is { BaseDirectory.Length: > 0, MountPoint.Length: > 0 } cache ? Path.Combine(cache.BaseDirectory, project.Stream) : null;

    /// <summary>Deletes files, those that were written longest ago first, until the rest is smaller than the limit.</summary>
    public static void Trim(ImageProject project, IBuildListener listener)
    {
        if (project.Cache.SizeLimit <= 0 || DirectoryOf(project) is not { } directory || !Directory.Exists(directory))
            return;
        var options = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = true };
        var files = new DirectoryInfo(directory).EnumerateFiles("*", options).OrderBy(file => file.LastWriteTimeUtc).ToList();
        var total = files.Sum(file => file.Length);
        foreach (var file in files)
        {
            if (total < project.Cache.SizeLimit)
                return;
            total -= file.Length;
            file.Delete();
            listener.Output($"Deleted: {file.FullName}");
        }
    }
}
