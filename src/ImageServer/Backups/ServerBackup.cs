using ImageSdk.Images;
using ImageSdk.ImageServer.Hosting;
using ImageSdk.ImageServer.Options;
using ImageSdk.Storage;

namespace ImageSdk.ImageServer.Backups;

/// <summary>
/// A backup of an image server: a directory with the layout of its own, <c>images</c> and <c>objects</c>, over which a server can run at once. Each one after the
/// first costs what is new.
/// </summary>
/// <param name="options">Name the directories of the server.</param>
/// <param name="directory">The backup.</param>
/// <param name="say">Takes lines about what goes on.</param>
sealed class ServerBackup(ServerOptions options, string directory, Action<string> say, TimeProvider time)
{
    readonly LocalStore server = new("", options.ImageDirectory, options.ObjectDirectory);
    readonly LocalStore backup = new(Path.GetFullPath(directory));

    /// <summary>Brings the backup to what the server has. The server may run meanwhile; only one backup goes to a directory at a time.</summary>
    /// <param name="check">Compare what is in the backup with its hashes, and copy again what is damaged.</param>
    /// <param name="allowMassDelete">Remove from the backup what the server no longer has, even if it is most of it.</param>
    /// <exception cref="BackupException">It is not made, or not of all images; all others are in it.</exception>
    public void BackUp(bool check, bool allowMassDelete, CancellationToken stop) => Guard(() =>
    {
        foreach (var (path, flag) in new[] { (options.ImageDirectory, "-imageDir"), (options.ObjectDirectory, "-objectDir") })
            if (!Directory.Exists(path))
                throw new BackupException("IMG7334", $"There is no {path}. Give the flags that the server has ({flag}).");
        if (new[] { options.ImageDirectory, options.ObjectDirectory }.Any(path => IsWithin(path, directory) || IsWithin(directory, path)))
            throw new BackupException("IMG7334", $"{directory} and the directories of the server lie one in the other. Name a directory elsewhere, best on another disk.");
        Directory.CreateDirectory(directory, (UnixFileMode)Permissions.OwnerDirectory);
        using var locks = DirectoryLocks.Take(backup.Images.Directory, backup.Objects.Directory);
        RemoveLeftovers(backup);
        if (check)
            DropDamaged(stop);
        var mirror = new StoreMirror(server, backup, say, time);
        var result = mirror.Copy(stop);
        var removed = mirror.RemoveMissing(allowMassDelete, stop);
        say($"Copied {result.Images} images and {result.Objects} objects ({HumanSize.Format((ulong)result.Bytes)}), removed {removed.RemovedImages} images and {removed.RemovedObjects} objects.");
        Finish(backup, result, isCompared: check, "The backup", stop);
    });

    /// <summary>Puts the backup into the directories of the server, which have no images and objects yet; no server may use them.</summary>
    /// <exception cref="BackupException">It is not restored, or not all images are; all others are in place.</exception>
    public void Restore(CancellationToken stop) => Guard(() =>
    {
        if (!Directory.Exists(backup.Images.Directory) || !Directory.Exists(backup.Objects.Directory))
            throw new BackupException("IMG7334", $"{directory} is no backup: it has not both images and objects.");
        using var locks = DirectoryLocks.Take(options.ImageDirectory, options.ObjectDirectory);
        RemoveLeftovers(server);
        var mirror = new StoreMirror(backup, server, say, time);
        // What an interrupted restore has brought is of the backup, and stays.
        if (server.Images.ListNames().Except(backup.Images.ListNames(), StringComparer.Ordinal).FirstOrDefault() is { } other)
            throw new BackupException("IMG7331", $"{options.ImageDirectory} has images that the backup has not, such as {other}, and a restore overwrites nothing. Move them away, or name another directory (-imageDir).");
        var result = mirror.Copy(stop);
        say($"Restored {result.Images} images and {result.Objects} objects ({HumanSize.Format((ulong)result.Bytes)}).");
        Finish(server, result, isCompared: true, "What was restored", stop);
    });

    // The server has it whole, or else is named.
    void DropDamaged(CancellationToken stop)
    {
        foreach (var fault in backup.Images.Verify(withContent: true, stop).ToArray())
        {
            say($"damaged in the backup: {fault.Image}: {fault.Reason}");
            if (fault.Object is { } hash)
                backup.Objects.Remove(hash);
            backup.Images.Remove(fault.Image);
        }
    }

    /// <param name="isCompared">What was there before was compared, as all that comes is.</param>
    void Finish(LocalStore copy, MirrorResult result, bool isCompared, string what, CancellationToken stop)
    {
        var faults = result.Faults.ToList();
        faults.AddRange(copy.Images.Verify(withContent: false, stop).Select(fault => $"{fault.Image}: {fault.Reason}"));
        foreach (var fault in faults)
            say($"error IMG7333: {fault}");
        if (faults.Count > 0)
            throw new BackupException("IMG7333", $"{what} lacks what the lines above say. A replica may have it whole, or a build makes it again.");
        say($"{what} has {copy.Images.List().Count} images, all whole{(isCompared ? ", compared with their hashes" : "")}.");
    }

    static void RemoveLeftovers(LocalStore store)
    {
        store.Images.RemoveLeftovers();
        store.Objects.RemoveLeftovers();
    }

    static bool IsWithin(string path, string directory) => (Path.GetFullPath(path) + "/").StartsWith(Path.GetFullPath(directory) + "/", StringComparison.Ordinal);

    static void Guard(Action operation)
    {
        try
        {
            operation();
        }
        catch (StoreException problem)
        {
            throw new BackupException("IMG7332", problem.Message, problem);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new BackupException("IMG7335", $"It cannot go on: {problem.Message} What was copied is whole; run it again once that is mended.", problem);
        }
    }
}
