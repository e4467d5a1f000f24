using ImageSdk.Dominator;
using ImageSdk.Images;

namespace ImageSdk.Storage;

/// <summary>
/// Images by name, one file each, in the layout of the original's image server: a file of 0 bytes is the tombstone of
/// a deleted image, and an expired image counts as absent. Any number of processes and threads may use one directory
/// at once, but not together with a running image server of the original.
/// </summary>
public sealed partial class ImageStore
{
    const string LockName = ".lock";
    const UnixFileMode ImageMode = (UnixFileMode)Permissions.File;

    readonly ImageDirectories directories;
    readonly HeaderCache headers;
    readonly TimeProvider clock;

    /// <param name="directory">Made when the first image comes.</param>
    /// <param name="objects">Where the objects of the images are.</param>
    /// <param name="clock">Says what has expired; null for the system's.</param>
    public ImageStore(string directory, ObjectStore objects, TimeProvider? clock = null)
    {
        Directory = Path.GetFullPath(directory);
        Objects = objects;
        this.clock = clock ?? TimeProvider.System;
        directories = new(Directory);
        headers = new(Directory);
    }

    public string Directory { get; }

    public ObjectStore Objects { get; }

    /// <summary>Names of all images in version order. A file that is no readable image is among them: see <see cref="Verify"/>.</summary>
    /// <param name="directory">Only those below this directory; null for all.</param>
    /// <exception cref="ArgumentException">The directory's name is none.</exception>
    public IReadOnlyList<string> List(string? directory = null)
    {
        ValidateDirectory(directory);
        var prefix = directory is null or ImageName.RootDirectory ? "" : directory + "/";
        return directories.ListFiles(null)
            .Where(found => found.Name.StartsWith(prefix, StringComparison.Ordinal) && IsPresent(found.Name, found.File))
            .Select(found => found.Name).Order(VersionOrder.Instance).ToArray();
    }

    /// <summary>Names of all directories in version order, the root (".") among them.</summary>
    public IReadOnlyList<string> ListDirectories() => directories.List().Order(VersionOrder.Instance).ToArray();

    /// <exception cref="ArgumentException">The name is none.</exception>
    public bool DirectoryExists(string directory)
    {
        ImageName.ValidateDirectory(directory);
        return directories.Exists(directory);
    }

    /// <summary>Makes a directory and those above it that are missing.</summary>
    /// <exception cref="ArgumentException">The name is none.</exception>
    public void MakeDirectory(string directory)
    {
        ImageName.ValidateDirectory(directory);
        directories.Make(directory);
    }

    /// <exception cref="ArgumentException">The name is none.</exception>
    /// <exception cref="StoreException">There is no such directory.</exception>
    /// <exception cref="ImageFileException">The metadata is damaged.</exception>
    public DirectoryMetadata GetDirectoryMetadata(string directory)
    {
        RequireDirectory(directory);
        return directories.ReadMetadata(directory);
    }

    /// <summary>Replaces what is kept about a directory, in one step.</summary>
    /// <exception cref="ArgumentException">The name is none.</exception>
    /// <exception cref="StoreException">There is no such directory.</exception>
    public void SetDirectoryMetadata(string directory, DirectoryMetadata metadata)
    {
        RequireDirectory(directory);
        using var storeLock = TakeLock();
        directories.WriteMetadata(directory, metadata);
    }

    /// <summary>Whether there is such an image, neither deleted nor expired.</summary>
    /// <exception cref="ArgumentException">The name is none.</exception>
    public bool Exists(string name) => IsPresent(name, FileOf(name));

    /// <summary>Reads an image; null where there is none, or it is deleted or expired. Its tree is as it was stored.</summary>
    /// <exception cref="ArgumentException">The name is none.</exception>
    /// <exception cref="ImageFileException">The file is damaged.</exception>
    public Image? Get(string name)
    {
        var file = FileOf(name);
        return Read(file) is { } image && !(image.ExpiresAt <= clock.GetUtcNow()) ? image : null;
    }

    /// <summary>What is known of an image without its tree; null where there is none, or it is deleted or expired.</summary>
    /// <exception cref="ArgumentException">The name is none.</exception>
    /// <exception cref="ImageFileException">The file is damaged.</exception>
    public ImageHeader? GetHeader(string name) =>
        ReadHeader(name, FileOf(name)) is { } header && !header.IsExpired(clock.GetUtcNow()) ? header : null;

    /// <summary>Every file that is an image, expired or not, or unreadable; for those who keep the headers in memory.</summary>
    public IReadOnlyList<string> ListFiles() =>
        [.. directories.ListFiles(null).Where(found => found.File.Length > 0).Select(found => found.Name)];

    /// <summary>
    /// The header of one of <see cref="ListFiles"/>, expired or not; with the image where it had to be read for that or
    /// is asked for. Null where the file is gone by now.
    /// </summary>
    /// <exception cref="ImageFileException">The file is damaged.</exception>
    public (ImageHeader Header, Image? Image)? Load(string name, bool withImage = false) => Load(name, FileOf(name), withImage);

    /// <summary>
    /// The newest image directly in a directory; null where none is suitable. Files that are no readable image are
    /// passed over.
    /// </summary>
    /// <param name="directory">Its sub-directories do not count.</param>
    /// <param name="buildCommitId">The image's commit or its branch; empty for any.</param>
    /// <param name="tags">What the image's tags must be; null for any.</param>
    /// <param name="ignoreExpiring">Pass over images that have an expiry at all.</param>
    /// <exception cref="ArgumentException">The name is none.</exception>
    /// <exception cref="StoreException">There is no such directory.</exception>
    public string? FindLatest(string directory, string buildCommitId = "", TagMatcher? tags = null, bool ignoreExpiring = false)
    {
        RequireDirectory(directory);
        var now = clock.GetUtcNow();
        return directories.ListFiles(directory)
            .Select(found => TryReadHeader(found.Name, found.File)).OfType<ImageHeader>()
            .Where(header => !header.IsExpired(now) && !(ignoreExpiring && header.ExpiresAt is not null))
            .Where(header => buildCommitId.Length == 0 || header.BuildCommitId == buildCommitId || header.BuildBranch == buildCommitId)
            .Where(header => tags is null || tags.Matches(header.Tags))
            // Names decide between equal times, so that the answer is the same every time.
            .OrderBy(header => header.CreatedOn ?? DateTimeOffset.MinValue).ThenBy(header => header.Name, VersionOrder.Instance)
            .LastOrDefault()?.Name;
    }

    /// <summary>Where an image's file is, or would be.</summary>
    /// <exception cref="ArgumentException">The name is none.</exception>
    public string GetPath(string name) => FileOf(name).FullName;

    FileInfo FileOf(string name)
    {
        ImageName.Validate(name);
        return new FileInfo(directories.PathOf(name));
    }

    static void ValidateDirectory(string? directory)
    {
        if (directory is not null)
            ImageName.ValidateDirectory(directory);
    }

    void RequireDirectory(string directory)
    {
        if (!DirectoryExists(directory))
            throw new StoreException($"unknown directory: {directory}");
    }

    bool IsPresent(string name, FileInfo file)
    {
        try
        {
            return ReadHeader(name, file) is { } header && !header.IsExpired(clock.GetUtcNow());
        }
        catch (ImageFileException)
        {
            // It takes the name, whatever it is.
            return true;
        }
    }

    ImageHeader? TryReadHeader(string name, FileInfo file)
    {
        try
        {
            return ReadHeader(name, file);
        }
        catch (ImageFileException)
        {
            return null;
        }
    }

    /// <summary>The header of an image, also of an expired one; null where there is none or a tombstone.</summary>
    ImageHeader? ReadHeader(string name, FileInfo file) => Load(name, file, withImage: false)?.Header;

    (ImageHeader Header, Image? Image)? Load(string name, FileInfo file, bool withImage)
    {
        if (!file.Exists || file.Length == 0)
            return null;
        if (!withImage && headers.Find(name, file) is { } known)
            return (known, null);
        if (Read(file) is not { } image)
            return null;
        var header = ImageHeader.Of(name, image);
        headers.Keep(header, file);
        return (header, image);
    }

    static Image? Read(FileInfo file)
    {
        try
        {
            using var stream = new FileStream(file.FullName, new FileStreamOptions
            {
                Share = FileShare.ReadWrite | FileShare.Delete,
                BufferSize = 1 << 17,
                Options = FileOptions.SequentialScan,
            });
            return stream.Length == 0 ? null : ImageFile.Read(stream);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (UnauthorizedAccessException) when (System.IO.Directory.Exists(file.FullName))
        {
            return null;
        }
    }

    StoreLock TakeLock()
    {
        directories.Make(ImageName.RootDirectory);
        return StoreLock.Take(Path.Combine(Directory, LockName));
    }
}
