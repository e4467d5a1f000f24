using ImageSdk.Cli.Errors;
using ImageSdk.Storage;

namespace ImageSdk.Cli.Stores;

/// <summary>Where a store is.</summary>
/// <param name="Images">Absolute path of the images.</param>
/// <param name="Objects">Absolute path of the objects.</param>
sealed record StoreLocation(string Images, string Objects)
{
    const string DirectoryName = "imagesdk";

    /// <summary>Picks the directories: those that were named, else those below the store.</summary>
    public static StoreLocation Resolve(string? store, string? images, string? objects, Func<string, string?> getVariable)
    {
        foreach (var (option, value) in (ReadOnlySpan<(string, string?)>)[("--store", store), ("--image-dir", images), ("--object-dir", objects)])
        {
            if (value is { Length: 0 })
                throw new CommandException(ErrorCode.Usage, $"{option} names no directory: leave it away or give one");
        }
        return new(
            Path.GetFullPath(images ?? Path.Combine(store ?? DefaultRoot(getVariable), "images")),
            Path.GetFullPath(objects ?? Path.Combine(store ?? DefaultRoot(getVariable), "objects")));
    }

    /// <exception cref="CommandException">There is no store, or it may not be read.</exception>
    public LocalStore Open()
    {
        if (!IsReadable(Images))
        {
            throw new CommandException(
                ErrorCode.NoStore, $"there is no image store at {Images}: publish an image first, or name the store with --store or --image-dir");
        }
        return new LocalStore(Images, Images, Objects);
    }

    /// <summary>The objects alone, which need no images beside them. A directory that is not there has none.</summary>
    /// <exception cref="CommandException">They may not be read.</exception>
    public ObjectStore OpenObjects()
    {
        IsReadable(Objects);
        return new ObjectStore(Objects);
    }

    // What may not be read looks like what is not there, so it has to be asked first.
    static bool IsReadable(string directory)
    {
        if (File.Exists(directory))
            throw new CommandException(ErrorCode.NoStore, $"{directory} is a file: a store is a directory");
        try
        {
            using var entries = Directory.EnumerateFileSystemEntries(directory).GetEnumerator();
            entries.MoveNext();
            return true;
        }
        catch (DirectoryNotFoundException)
        {
            return false;
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new CommandException(
                ErrorCode.AccessDenied, $"{directory} may not be read: run it as the owner of the store or as root", exception);
        }
    }

    static string DefaultRoot(Func<string, string?> getVariable)
    {
        // The specification of the base directories says to pass over relative paths.
        if (getVariable("XDG_DATA_HOME") is { } data && Path.IsPathRooted(data))
            return Path.Combine(data, DirectoryName);
        if (getVariable("HOME") is { Length: > 0 } home)
            return Path.Combine(home, ".local/share", DirectoryName);
        throw new CommandException(ErrorCode.NoStore, "there is no home directory to find a store in: name one with --store");
    }
}
