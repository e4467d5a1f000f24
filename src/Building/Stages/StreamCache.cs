using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Projects;
using ImageSdk.Layers;

namespace ImageSdk.Building.Stages;

/// <summary>The directory that a stream's scripts find again in the next build; kept below a size.</summary>
static class StreamCache
{
    public static string? DirectoryOf(ImageProject project) =>
        project.Cache is { BaseDirectory.Length: > 0, MountPoint.Length: > 0 } cache ? Path.Combine(cache.BaseDirectory, project.Stream) : null;

    /// <summary>
    /// Makes the directory, below one that is closed to other users: scripts may leave set-uid programs there, which work outside of the
    /// image too. Programs of any user in the image see the directory itself only, and may read it.
    /// </summary>
    /// <returns>Null where the project has none.</returns>
    public static string? Make(ImageProject project)
    {
        if (DirectoryOf(project) is not { } directory || Directory.Exists(directory))
            return DirectoryOf(project);
        CacheProtection.MakeDirectory(Path.GetDirectoryName(directory)!);
        // Whatever the umask: what others write there would come into images.
        Directory.CreateDirectory(directory, CacheProtection.SharedMode);
        return directory;
    }

    /// <summary>Warns where other users get at what scripts leave.</summary>
    public static void Check(ImageProject project, IBuildListener listener)
    {
        if (DirectoryOf(project) is not { } directory || !IsOpen(directory))
            return;
        listener.Report(new(DiagnosticSeverity.Warning, "IMG3332",
            $"Other users can reach {directory}, and run what scripts of the image leave there, set-uid programs among it. Close the directory above it to them (chmod go-rwx \"{Path.GetDirectoryName(directory)}\"), "
            + "or set ImageBuildCacheBaseDirectory to a place of your own.", project.ProjectFile));
    }

    static bool IsOpen(string directory)
    {
        for (var at = new DirectoryInfo(directory); at is not null; at = at.Parent)
            if (!at.Exists || (at.UnixFileMode & UnixFileMode.OtherExecute) == 0)
                return false;
        return true;
    }

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
