using System.Text;
using ImageSdk.Artifacts;
using ImageSdk.Artifacts.Registry;
using ImageSdk.Building.Workers;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Messages;
using ImageSdk.Posix;

namespace ImageSdk.Building.ArtifactBuilds;

/// <summary>
/// Artifacts that are folders. What an ordinary user builds has the image's owners, by his subordinate ids, so that he himself can
/// neither change nor delete it; the worker can.
/// </summary>
public static class ArtifactFolders
{
    const string RecordExtension = ".json";

    /// <summary>Whether this is a folder that a build made: its record says so, or its name does where the record is gone.</summary>
    public static bool IsOne(string path) => Directory.Exists(path) && new FileInfo(path).LinkTarget is null
        && (HasRecord(path) || FolderFormats.Any(format => path.EndsWith($".{format.Name}", StringComparison.Ordinal)));

    /// <summary>The folders in question that are there.</summary>
    internal static IReadOnlyList<string> Find(ArtifactRemoval removal)
    {
        if (!Directory.Exists(removal.Directory))
            return [];
        var found = Directory.EnumerateFiles(removal.Directory, "*" + RecordExtension)
            .Select(record => record[..^RecordExtension.Length])
            .Where(path => Directory.Exists(path) && IsOf(removal, path));
        if (removal.All)
            found = found
                .Concat(FolderFormats.Select(format => Path.Combine(removal.Directory, $"{removal.Image}.{format.Name}")))
                .Concat(Directory.EnumerateFileSystemEntries(removal.Directory, $".{removal.Image}.*~"))
                .Where(Path.Exists);
        return [.. found.Distinct(StringComparer.Ordinal).Except(removal.Keep, StringComparer.Ordinal)];
    }

    /// <summary>Removes them and their records, by the worker what this process may not.</summary>
    /// <param name="findCacheDirectory">Where the worker keeps what it works with; called only where there is a worker.</param>
    /// <exception cref="BuildException">IMG6141: one is still there.</exception>
    public static async Task RemoveAsync(
        IReadOnlyList<string> paths, Func<string> findCacheDirectory, BuildWorkers workers, IBuildListener listener, CancellationToken cancellation)
    {
        var left = paths.Where(path => !TryRemove(path)).ToList();
        if (left.Count > 0)
            await RemoveByWorkerAsync(left, findCacheDirectory(), workers, listener, cancellation);
        foreach (var path in paths)
            File.Delete(path + RecordExtension);
    }

    static bool TryRemove(string path)
    {
        try
        {
            using var parent = DirectoryHandle.Open(Path.GetDirectoryName(path)!);
            parent.RemoveTree(Encoding.UTF8.GetBytes(Path.GetFileName(path)));
            return true;
        }
        catch (PosixException exception) when (exception.Error is Errno.AccessDenied or Errno.NotPermitted && !Processes.IsRoot)
        {
            return false;
        }
        catch (PosixException exception)
        {
            throw StillThere(path, exception);
        }
    }

    static async Task RemoveByWorkerAsync(
        IReadOnlyList<string> paths, string cacheDirectory, BuildWorkers workers, IBuildListener listener, CancellationToken cancellation)
    {
        try
        {
            await workers.AskAsync(cacheDirectory, new RemoveArtifactsRequest(paths), listener, cancellation);
        }
        catch (BuildException exception) when (!cancellation.IsCancellationRequested)
        {
            throw StillThere(string.Join(", ", paths.Where(Path.Exists)), exception);
        }
    }

    static BuildException StillThere(string path, Exception reason) => new("IMG6141",
        $"{path} could not be removed: {reason.Message.TrimEnd('.')}. Remove it as the user who built it (imagesdk remove-artifact), or as root (rm -r).",
        inner: reason);

    static bool IsOf(ArtifactRemoval removal, string path) =>
        ArtifactRecord.TryRead(path + RecordExtension) is { IsFolder: true } record
        && (record.Image == removal.Stream || Path.GetFileName(path).StartsWith(removal.Image + ".", StringComparison.Ordinal));

    static bool HasRecord(string path) => ArtifactRecord.TryRead(path + RecordExtension) is { IsFolder: true };

    static IEnumerable<IArtifactFormat> FolderFormats => ArtifactFormats.All.Where(format => format.IsFolder);
}
