using ImageSdk.Building.Manifests;
using ImageSdk.Posix;

namespace ImageSdk.Building.State;

/// <summary>
/// A first look at whether a build will have something to do, which takes a moment where comparing all that the stages read takes tens of
/// them: whether a file in the manifest directory has changed since the image was made.
/// </summary>
sealed class RecentChanges(DigestCache digests, DateTime since)
{
    /// <summary>More entries than this are not looked at: to look twice would cost more than the head start is worth.</summary>
    const int MostEntries = 4096;

    /// <summary>Whether there were more.</summary>
    public bool WasCut => entries > MostEntries;

    readonly long since = new DateTimeOffset(since).ToUnixTimeSeconds();
    int entries;

    /// <summary>
    /// False where nothing is seen. Files whose content is known count as unchanged, so that one that was only touched, or lies in a new
    /// checkout, is seen once and not in every build.
    /// </summary>
    public bool AnyIn(string manifestDirectory)
    {
        foreach (var name in ManifestComponents.Folders)
            if (Path.Combine(manifestDirectory, name) is var folder && Directory.Exists(folder))
            {
                using var handle = DirectoryHandle.Open(folder);
                if (AnyIn(handle))
                    return true;
            }
        return false;
    }

    bool AnyIn(DirectoryHandle directory)
    {
        foreach (var name in directory.ReadNames())
        {
            if (++entries > MostEntries)
                return false;
            var status = directory.Stat(name);
            if (status.Kind == FileKind.Directory)
            {
                using var child = directory.OpenDirectory(name);
                if (AnyIn(child))
                    return true;
            }
            else if (status.Kind == FileKind.Regular && status.Ctime.Seconds >= since && !digests.Knows(status))
                return true;
        }
        return false;
    }
}
