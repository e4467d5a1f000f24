using System.Security.Cryptography;
using ImageSdk.Dominator;
using ImageSdk.Images;
using ImageSdk.Posix;
using ImageSdk.Srpc.Gob;

namespace ImageSdk.Storage;

/// <summary>Adding and removing.</summary>
public sealed partial class ImageStore
{
    /// <summary>
    /// Adds an image in one step: it is there whole and durable, or not at all. Its objects have to be there before.
    /// Adding what is there already, byte for byte, does nothing.
    /// </summary>
    /// <returns>What became of it.</returns>
    /// <exception cref="ArgumentException">The name is none.</exception>
    /// <exception cref="ImageFormatException">The tree is none.</exception>
    /// <exception cref="StoreException">
    /// Another image has the name, or is being written under it; the name is that of a deleted image; an object is not
    /// in the store; there is no tree.
    /// </exception>
    /// <param name="options">Null for the usual.</param>
    public AddedImage Add(string name, Image image, ImageAddition? options = null)
    {
        var file = FileOf(name);
        options ??= ImageAddition.Default;
        if (!options.IsChecked)
            Check(image, options.HasObjects);
        if (image.ExpiresAt <= clock.GetUtcNow())
            return AddedImage.Expired;
        using var temporary = Reserve(name, file, options);
        var checksum = Write(temporary, image);
        temporary.Flush(toDisk: true);
        if (!Publish(temporary, file))
        {
            return ReadChecksum(file).SequenceEqual(checksum) && IsReadable(file)
                ? AddedImage.Present
                : throw new StoreException($"image: {name} already exists");
        }
        file.Refresh();
        headers.Keep(ImageHeader.Of(name, image), file);
        return AddedImage.Added;
    }

    /// <summary>Writes an image in the place of the one that has its name, in one step.</summary>
    /// <exception cref="ArgumentException">The name is none.</exception>
    /// <exception cref="StoreException">There is no such image.</exception>
    public void Replace(string name, Image image)
    {
        var file = FileOf(name);
        using var storeLock = TakeLock();
        if (!IsPresent(name, file))
            throw new StoreException("image not found");
        using var temporary = new TemporaryFile(HiddenPath(file), ImageMode);
        Write(temporary, image);
        temporary.Close(toDisk: true);
        temporary.MoveTo(file.FullName);
        DirectoryHandle.Synchronize(file.DirectoryName!);
        file.Refresh();
        headers.Keep(ImageHeader.Of(name, image), file);
    }

    /// <summary>Removes an image as if it had never been: the name is free again. Nothing happens where there is none.</summary>
    /// <exception cref="ArgumentException">The name is none.</exception>
    public void Remove(string name)
    {
        var file = FileOf(name);
        using var storeLock = TakeLock();
        if (!file.Exists)
            return;
        Remove(name, file);
        DirectoryHandle.Synchronize(file.DirectoryName!);
    }

    /// <summary>Removes a directory that is empty and has no owner.</summary>
    /// <param name="withDeleted">Also if images were deleted in it, whose names are then free again, or a group owns it.</param>
    /// <exception cref="ArgumentException">The name is none, or that of the root.</exception>
    /// <exception cref="StoreException">There is no such directory, or it holds images, deleted images or directories, or has an owner.</exception>
    public void RemoveDirectory(string name, bool withDeleted = false)
    {
        ImageName.Validate(name);
        using var storeLock = TakeLock();
        if (!directories.Exists(name))
            throw new StoreException($"directory: {name} does not exist");
        directories.Remove(name, withDeleted);
    }

    /// <summary>Removes what writers that died have left, and returns how many files that were.</summary>
    public int RemoveLeftovers()
    {
        if (!directories.Exists(ImageName.RootDirectory))
            return 0;
        using var storeLock = TakeLock();
        return directories.ListTemporaries().Concat(headers.ListTemporaries()).Count(path =>
        {
            using var leftover = StoreLock.TryOpenAlone(path, FileMode.Open);
            if (leftover is not null)
                File.Delete(path);
            return leftover is not null;
        });
    }

    /// <summary>Deletes an image for good: the name cannot be used again.</summary>
    /// <exception cref="ArgumentException">The name is none.</exception>
    /// <exception cref="StoreException">There is no such image.</exception>
    public void Delete(string name)
    {
        var file = FileOf(name);
        using var storeLock = TakeLock();
        if (!IsPresent(name, file))
            throw new StoreException("image does not exist");
        // In the place of the image, so that whoever is reading it can finish.
        using var tombstone = new TemporaryFile(HiddenPath(file), ImageMode);
        tombstone.Close(toDisk: true);
        tombstone.MoveTo(file.FullName);
        DirectoryHandle.Synchronize(file.DirectoryName!);
        headers.Forget(name);
    }

    // On its way to the place of a file that is there.
    static string HiddenPath(FileInfo file) => Path.Combine(file.DirectoryName!, $".{Guid.NewGuid():N}~");

    void Remove(string name, FileInfo file)
    {
        file.Delete();
        headers.Forget(name);
    }

    void Check(Image image, bool hasObjects)
    {
        var tree = image.FileSystem ?? throw new StoreException("nil file-system");
        FileSystemValidator.Validate(tree);
        if (hasObjects)
            return;
        var needed = ImageObjects.List(image);
        var sizes = Objects.SizesOf([.. needed.Keys]);
        var missing = new List<ObjectHash>();
        foreach (var (hash, size) in needed)
        {
            if (!sizes.TryGetValue(hash, out var stored))
                missing.Add(hash);
            else if (size is not null && size != stored)
                throw new StoreException($"object: {hash} has {stored} bytes, in the image {size}");
        }
        if (missing.Count > 0)
        {
            throw new StoreException(missing.Count == 1
                ? $"object: {missing[0]} is not available"
                : $"{missing.Count} objects are not available");
        }
    }

    /// <summary>Makes the temporary file of a name, which is locked as long as its writer lives.</summary>
    TemporaryFile Reserve(string name, FileInfo file, ImageAddition options)
    {
        using var storeLock = TakeLock();
        file.Refresh();
        if (file is { Exists: true, Length: 0 })
        {
            if (!options.OverDeleted)
                throw new StoreException($"cannot add previously deleted image: {name}");
            Remove(name, file);
        }
        if (System.IO.Directory.Exists(file.FullName))
            throw new StoreException($"image: {name} is a directory");
        if (TryReadHeader(name, file)?.IsExpired(clock.GetUtcNow()) == true)
            Remove(name, file);
        directories.Make(ImageName.GetDirectory(name));
        var path = file.FullName + "~";
        if (File.Exists(path))
        {
            // Left by a writer that died, unless it is still locked.
            using var leftover = StoreLock.TryOpenAlone(path, FileMode.Open) ??
                throw new StoreException($"image: {name} already being written");
            File.Delete(path);
        }
        return new TemporaryFile(path, ImageMode);
    }

    /// <summary>Gives the temporary file its final name; false if that is taken. The temporary name is gone either way.</summary>
    bool Publish(TemporaryFile temporary, FileInfo file)
    {
        // Closing gives up the reservation, so it has to happen while no other can be made.
        using var storeLock = TakeLock();
        temporary.Close(toDisk: false);
        try
        {
            if (!HardLink.TryMake(temporary.FilePath, file.FullName))
                return false;
        }
        finally
        {
            temporary.Remove();
        }
        DirectoryHandle.Synchronize(file.DirectoryName!);
        return true;
    }

    static byte[] Write(TemporaryFile temporary, Image image)
    {
        var buffered = new BufferedStream(temporary.Stream, 1 << 17);
        try
        {
            ImageFile.Write(buffered, image);
        }
        catch (GobException exception)
        {
            throw new StoreException($"image cannot be written: {exception.Message}", exception);
        }
        buffered.Flush();
        return temporary.ReadTail(SHA512.HashSizeInBytes);
    }

    /// <summary>Whether the content is what its checksum says.</summary>
    static bool IsReadable(FileInfo file)
    {
        try
        {
            return Read(file) is not null;
        }
        catch (ImageFileException)
        {
            return false;
        }
    }

    static byte[] ReadChecksum(FileInfo file)
    {
        try
        {
            using var stream = file.Open(FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var checksum = new byte[SHA512.HashSizeInBytes];
            stream.Position = Math.Max(0, stream.Length - checksum.Length);
            stream.ReadAtLeast(checksum, checksum.Length, throwOnEndOfStream: false);
            return checksum;
        }
        catch (FileNotFoundException)
        {
            return [];
        }
    }
}

/// <summary>How an image is added.</summary>
public sealed record ImageAddition
{
    public static ImageAddition Default { get; } = new();

    /// <summary>The caller has checked the tree and sees to it that the objects are there and stay.</summary>
    public bool IsChecked { get; init; }

    /// <summary>The caller has just looked for the objects, and added those that were missing.</summary>
    public bool HasObjects { get; init; }

    /// <summary>The name may be that of a deleted image.</summary>
    public bool OverDeleted { get; init; }
}

/// <summary>What became of an image that was added.</summary>
public enum AddedImage
{
    Added,

    /// <summary>The same image was there already.</summary>
    Present,

    /// <summary>Its expiry lies in the past, so there was nothing to keep.</summary>
    Expired,
}
