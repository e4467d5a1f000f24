using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Images;
using ImageSdk.Posix;

namespace ImageSdk.Layers;

/// <summary>
/// Keeps a user's part of the build cache to that user. Trees of layers hold set-uid programs and folders that all may write to: another
/// user who got at them could run the ones, and put files of his into the next image by the others.
/// </summary>
static class CacheProtection
{
    /// <summary>All may look, and this user alone may write.</summary>
    public const UnixFileMode SharedMode = (UnixFileMode)Permissions.Directory;

    const UnixFileMode OthersWrite = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    /// <summary>Makes the user's part of the cache where it is missing, and closes what is open to others.</summary>
    /// <param name="listener">Receives what was open.</param>
    /// <exception cref="BuildException">Others can replace it (IMG3172), or it is another user's (IMG3172).</exception>
    public static void Apply(LayerStore store, IBuildListener listener)
    {
        var weakness = PathTrust.FindWeakness(store.Root);
        if (weakness is { IsOwned: false })
            throw new BuildException("IMG3172",
                $"The build cache can't lie at {store.Root}: {weakness.Directory} {weakness.Reason}, so others could replace the cache with one of theirs. "
                + $"Take that right away (chmod go-w \"{weakness.Directory}\"), set the sticky bit (chmod +t), or set ImageCacheDirectory to a place of your own.");
        if (weakness is not null)
            listener.Report(new(DiagnosticSeverity.Warning, "IMG3174",
                $"The build cache {store.Root} lies in {weakness.Directory}, which {weakness.Reason}: that user can replace it. "
                + "Set ImageCacheDirectory to a place of your own unless you trust that user."));
        MakeDirectory(store.Root);
        RequireOwned(store.Root);
        var open = FindOpen(store);
        foreach (var (directory, _) in open)
            File.SetUnixFileMode(directory, LayerStore.PrivateMode);
        if (open.Any(found => (found.Mode & OthersWrite) != 0))
            listener.Report(new(DiagnosticSeverity.Warning, "IMG3171",
                $"Other users could write to the build cache {store.Root}. They no longer can. Whether they did, \"imagesdk cache verify --content\" shows."));
        else if (open.Count > 0)
            listener.Progress($"The build cache {store.Root} could be read by other users; it no longer can");
    }

    /// <summary>Makes the user's part of the cache where there is nothing to say about it.</summary>
    /// <returns>False where there is: then <see cref="Apply"/> has to say it.</returns>
    public static bool TryApply(LayerStore store)
    {
        if (PathTrust.FindWeakness(store.Root) is not null)
            return false;
        MakeDirectory(store.Root);
        return OwnerOf(store.Root) == Processes.UserId && FindOpen(store).Count == 0;
    }

    /// <summary>Makes a directory for this user alone, and those above it so that this user alone can write to them, whatever the umask.</summary>
    public static void MakeDirectory(string directory) => MakeDirectory(directory, LayerStore.PrivateMode);

    static void MakeDirectory(string directory, UnixFileMode mode)
    {
        if (Directory.Exists(directory))
            return;
        // Those above it would get all that the umask leaves.
        if (Path.GetDirectoryName(directory) is { } parent)
            MakeDirectory(parent, SharedMode);
        Directory.CreateDirectory(directory, mode);
    }

    static uint OwnerOf(string directory)
    {
        using var handle = DirectoryHandle.Open(directory);
        return handle.Stat().Uid;
    }

    static void RequireOwned(string directory)
    {
        if (OwnerOf(directory) is var owner && owner != Processes.UserId)
            throw new BuildException("IMG3172",
                $"The build cache can't lie at {directory}, which belongs to another user ({owner}). Remove it, or set ImageCacheDirectory to a place of your own.");
    }

    static List<(string Directory, UnixFileMode Mode)> FindOpen(LayerStore store) =>
    [
        .. store.PrivateDirectories.Select(directory => new DirectoryInfo(directory))
            .Where(directory => directory is { Exists: true, LinkTarget: null } && directory.UnixFileMode != LayerStore.PrivateMode)
            .Select(directory => (directory.FullName, directory.UnixFileMode)),
    ];
}
