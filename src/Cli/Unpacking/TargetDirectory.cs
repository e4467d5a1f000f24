using System.Text;
using ImageSdk.Cli.Errors;
using ImageSdk.Images;
using ImageSdk.Posix;

namespace ImageSdk.Cli.Unpacking;

/// <summary>
/// The directory to unpack into. It is filled beside its place and renamed into it, so that it is there whole or not at
/// all; only where nothing can be renamed into its place (a mount point, the working directory, a directory whose
/// parent may not be written) it is filled in its place, and emptied again on failure.
/// </summary>
sealed class TargetDirectory : IDisposable
{
    const uint OwnerOnly = Permissions.OwnerDirectory;
    const string LostAndFound = "lost+found";

    readonly DirectoryHandle parent;
    readonly byte[] name;
    readonly bool replaces;
    readonly HashSet<string> before = new(StringComparer.Ordinal);
    byte[]? workName;
    DirectoryHandle? work;
    uint permissions;
    bool isInPlace;
    bool isDone;

    TargetDirectory(string path, bool replaces)
    {
        Destination = path;
        this.replaces = replaces;
        parent = DirectoryHandle.Open(Path.GetDirectoryName(path) ?? path);
        name = Encoding.UTF8.GetBytes(Path.GetFileName(path));
        WorkPath = path;
    }

    /// <summary>The directory itself, links resolved.</summary>
    public string Destination { get; }

    /// <summary>Where to unpack to, for messages and measures.</summary>
    public string WorkPath { get; private set; }

    /// <summary>The directory to unpack into, open: whoever may write beside it cannot put a link into its place.</summary>
    public DirectoryHandle Work => work ??= workName is null ? DirectoryHandle.Open(Destination) : parent.OpenDirectory(workName);

    /// <param name="target">May be there already, but must be empty.</param>
    /// <param name="force">Replace what is there.</param>
    /// <exception cref="CommandException">The target cannot be used.</exception>
    public static TargetDirectory Prepare(string target, bool force)
    {
        var path = Resolve(target);
        if (File.Exists(path))
            throw Bad($"{path} is a file: name a directory");
        if (Path.GetDirectoryName(path) is { } above && !Directory.Exists(above))
            throw Bad($"there is no directory {above}: make it first");
        var exists = Directory.Exists(path);
        var isFixed = exists && IsFixed(path);
        var isEmpty = !exists || IsEmpty(path, isFixed);
        if (!isEmpty && !force)
            throw Bad($"{path} is not empty: name another directory, or replace all that is in it with --force");
        if (!isEmpty && isFixed)
            throw Bad($"{path} is a mount point or the working directory and cannot be replaced: empty it, or name another directory");
        var prepared = new TargetDirectory(path, !isEmpty);
        try
        {
            prepared.Start(exists, isFixed);
            return prepared;
        }
        catch
        {
            prepared.Dispose();
            throw;
        }
    }

    /// <summary>Puts what was unpacked in its place.</summary>
    /// <exception cref="IOException">Something came into its place meanwhile; nothing is changed.</exception>
    public void Commit()
    {
        if (workName is not null)
        {
            if (replaces)
                Replace(workName);
            else
                parent.Rename(workName, name);
        }
        isDone = true;
    }

    /// <summary>Takes what was unpacked away again unless it is in its place.</summary>
    public void Dispose()
    {
        if (!isDone && workName is not null)
            TreeRemover.Remove(parent, workName);
        else if (!isDone && isInPlace)
            EmptyAgain();
        isDone = true;
        work?.Dispose();
        parent.Dispose();
    }

    ReadOnlySpan<byte> OwnName => name.Length == 0 ? "."u8 : name;

    void Start(bool exists, bool isFixed)
    {
        if (!isFixed && TryMakeBeside(exists))
            return;
        foreach (var entry in ReadNames())
            before.Add(entry);
        // The last step of unpacking sets those of the image.
        permissions = parent.Stat(OwnName).Permissions;
        isInPlace = true;
    }

    bool TryMakeBeside(bool exists)
    {
        // A name that fits wherever the target's own does.
        var beside = Encoding.ASCII.GetBytes($".imagesdk-{Guid.NewGuid():N}~");
        try
        {
            parent.TryMakeDirectory(beside, OwnerOnly);
        }
        catch (PosixException exception) when (exists && !replaces && exception.Error is Errno.AccessDenied or Errno.NotPermitted)
        {
            return false;
        }
        catch (PosixException exception)
        {
            throw Bad($"{Destination} cannot be made: {exception.Message}: name a directory that can");
        }
        workName = beside;
        WorkPath = Path.Combine(parent.Path, Encoding.ASCII.GetString(beside));
        return true;
    }

    void Replace(byte[] unpacked)
    {
        byte[] old = [.. unpacked[..^1], .. "old~"u8];
        parent.Rename(name, old);
        try
        {
            parent.Rename(unpacked, name);
        }
        catch
        {
            parent.Rename(old, name);
            throw;
        }
        isDone = true;
        try
        {
            TreeRemover.Remove(parent, old);
        }
        catch (IOException exception)
        {
            throw new CommandException(
                ErrorCode.Leftover,
                $"{Destination} is replaced, but what was there cannot be removed from {Path.Combine(parent.Path, Encoding.ASCII.GetString(old))}: {exception.Message}",
                exception);
        }
    }

    void EmptyAgain()
    {
        using var directory = DirectoryHandle.Open(Destination);
        parent.SetPermissions(OwnName, permissions | OwnerOnly);
        foreach (var entry in directory.ReadNames())
        {
            if (!before.Contains(Encoding.Latin1.GetString(entry)))
                TreeRemover.Remove(directory, entry);
        }
        parent.SetPermissions(OwnName, permissions);
    }

    IEnumerable<string> ReadNames()
    {
        using var directory = DirectoryHandle.Open(Destination);
        // One character for each byte: names need not be text.
        return directory.ReadNames().Select(entry => Encoding.Latin1.GetString(entry)).ToArray();
    }

    static string Resolve(string target)
    {
        if (target.Length == 0)
            throw Bad("no directory is named: name the one to unpack into");
        var path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(target));
        if (new DirectoryInfo(path).LinkTarget is null)
            return path;
        var final = new DirectoryInfo(path).ResolveLinkTarget(returnFinalTarget: true)?.FullName;
        return final is not null && Directory.Exists(final) ? final : throw Bad($"{path} is a link that leads nowhere: name a directory");
    }

    /// <summary>Whether a directory cannot be renamed over.</summary>
    static bool IsFixed(string path)
    {
        if (Path.GetDirectoryName(path) is not { } above)
            return true;
        using var directory = DirectoryHandle.Open(path);
        using var parent = DirectoryHandle.Open(above);
        using var working = DirectoryHandle.Open(".");
        var status = directory.Stat();
        return status.Device != parent.Stat().Device || (status.Device, status.Inode) == (working.Stat().Device, working.Stat().Inode);
    }

    static bool IsEmpty(string path, bool isFixed) =>
        // A new file system is empty but for this.
        !Directory.EnumerateFileSystemEntries(path).Any(entry => !isFixed || Path.GetFileName(entry) != LostAndFound);

    static CommandException Bad(string message) => new(ErrorCode.BadTarget, message);
}
