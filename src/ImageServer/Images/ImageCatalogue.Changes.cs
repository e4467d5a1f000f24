using ImageSdk.Dominator;
using ImageSdk.Images;
using ImageSdk.ImageServer.Objects;
using ImageSdk.Srpc;
using ImageSdk.Storage;

namespace ImageSdk.ImageServer.Images;

/// <summary>Changes to images and directories.</summary>
sealed partial class ImageCatalogue
{
    /// <summary>Adds an image whose objects are there. One that is expired already is not kept, and that is no error.</summary>
    /// <param name="overDeleted">The name may be that of a deleted image.</param>
    /// <exception cref="SrpcException">The name is taken or none, the image is none, or objects are missing.</exception>
    /// <exception cref="ImageFormatException">The tree is none.</exception>
    /// <exception cref="StoreException">The name is that of a deleted image.</exception>
    public void Add(string name, Image image, bool overDeleted = false)
    {
        CheckNew(name, image);
        var uses = ObjectUse.Of(image);
        var header = ImageHeader.Of(name, image);
        objects.AddReferences(uses);
        var isKept = false;
        try
        {
            Reserve(name);
            isKept = TryKeep(header, image, overDeleted);
        }
        finally
        {
            if (!isKept)
                objects.DropReferences(uses);
        }
    }

    // Under a name that is reserved, and free again afterwards.
    bool TryKeep(ImageHeader header, Image image, bool overDeleted)
    {
        var name = header.Name;
        try
        {
            if (header.IsExpired(time.GetUtcNow()) || store.Add(
                name, image, new ImageAddition { IsChecked = true, OverDeleted = overDeleted }) != AddedImage.Added)
                return false;
            cache.Keep(name, image);
            lock (gate)
            {
                images[name] = new ImageEntry(header) { IsCounted = true };
                Feed.Publish(new() { Name = name, Operation = ImageOperation.AddImage });
            }
            return true;
        }
        finally
        {
            lock (gate)
                beingWritten.Remove(name);
        }
    }

    /// <summary>Deletes an image for good: its name cannot be used again.</summary>
    /// <exception cref="SrpcException">There is no such image, or the caller may not.</exception>
    public void Delete(string name, SrpcCaller caller)
    {
        var entry = Take(name, "image does not exist", found => CheckAccess(caller, found.Header));
        Remove(entry, () => store.Delete(name), isTold: true);
    }

    /// <summary>Removes an expired image. Replicas are not notified: they do so themselves.</summary>
    public void Expire(ImageHeader header)
    {
        ImageEntry entry;
        lock (gate)
        {
            if (images.GetValueOrDefault(header.Name) is not { IsBusy: false } found || !found.Header.IsExpired(time.GetUtcNow()))
                return;
            entry = found;
            entry.IsBusy = true;
        }
        Remove(entry, () => store.Remove(header.Name), isTold: false);
    }

    /// <summary>
    /// Removes what is left of an image that is damaged or deleted, or was no image, for the same to come again. No one is
    /// told, and nothing happens where there is nothing.
    /// </summary>
    /// <exception cref="SrpcException">The image is being changed.</exception>
    public void Discard(string name)
    {
        lock (gate)
        {
            if (images.GetValueOrDefault(name) is null)
            {
                store.Remove(name);
                return;
            }
        }
        Remove(Take(name, "image does not exist", _ => { }), () => store.Remove(name), isTold: false);
    }

    /// <summary>Moves an image's expiry to a later time, or makes it permanent.</summary>
    /// <param name="expiresAt">Null for never.</param>
    /// <exception cref="SrpcException">There is no such image, it does not expire, the time is earlier, or the caller may not.</exception>
    public void ChangeExpiration(string name, DateTimeOffset? expiresAt, SrpcCaller caller)
    {
        var entry = Take(name, "image not found", found =>
        {
            CheckAccess(caller, found.Header);
            if (found.Header.ExpiresAt is not { } current)
                throw new SrpcException("image does not expire");
            if (expiresAt < current)
                throw new SrpcException("cannot shorten expiration time");
        });
        try
        {
            if (expiresAt == entry.Header.ExpiresAt)
                return;
            var image = (Get(name) ?? throw new SrpcException("image not found")) with { ExpiresAt = expiresAt };
            store.Replace(name, image);
            lock (gate)
            {
                entry.Header = entry.Header with { ExpiresAt = expiresAt };
                cache.Keep(name, image);
                Feed.Publish(new() { Name = name, Operation = ImageOperation.AddImage });
            }
        }
        finally
        {
            entry.IsBusy = false;
        }
    }

    /// <summary>Makes a directory.</summary>
    /// <param name="withParents">Make those above it too, and do not mind where it exists.</param>
    /// <exception cref="SrpcException">It exists, the one above does not, or the caller may not.</exception>
    public void MakeDirectory(string name, bool withParents, SrpcCaller caller)
    {
        name = DirectoryTable.Clean(name);
        if (withParents && name == ImageName.RootDirectory)
            throw new SrpcException("cannot create root directory");
        ImageName.ValidateDirectory(name);
        lock (gate)
            Make(name, withParents, caller);
    }

    /// <summary>Makes a directory, or changes what is kept about it, as another server has it.</summary>
    public void SetDirectory(ImageDirectory directory)
    {
        ImageName.ValidateDirectory(directory.Name);
        lock (gate)
        {
            var isNew = !directories.Contains(directory.Name);
            if (!isNew && directories.OwnerGroupOf(directory.Name) == directory.Metadata.OwnerGroup)
                return;
            Tell(isNew ? directories.Make(directory.Name, directory.Metadata) : directories.Set(directory.Name, directory.Metadata));
        }
    }

    /// <param name="withDeleted">Also if images were deleted in it, whose names are then free again.</param>
    /// <exception cref="SrpcException">There is no such directory, or it is not empty.</exception>
    /// <exception cref="StoreException">It is not empty.</exception>
    public void DeleteDirectory(string name, bool withDeleted = false)
    {
        lock (gate)
        {
            directories.Remove(name, withDeleted);
            Feed.Publish(new() { Name = name, Operation = ImageOperation.DeleteDirectory });
        }
    }

    /// <param name="group">Empty for no owner.</param>
    /// <exception cref="SrpcException">There is no such directory, or the caller may not.</exception>
    public void ChangeOwner(string name, string group, SrpcCaller caller)
    {
        lock (gate)
        {
            var current = directories.OwnerGroupOf(name) ?? throw ImagePermissions.NoMetadata(name);
            var parent = directories.OwnerGroupOf(ImageName.GetDirectory(name)) ?? "";
            ImagePermissions.CheckChangeOwner(caller, parent, current, group);
            if (current != group)
                Tell(directories.Set(name, new DirectoryMetadata(group)));
        }
    }

    void Make(string name, bool withParents, SrpcCaller caller)
    {
        if (directories.Contains(name))
        {
            if (!withParents)
                throw new SrpcException($"directory: {name} already exists");
            return;
        }
        var parent = ImageName.GetDirectory(name);
        if (withParents)
            Make(parent, withParents, caller);
        ImagePermissions.CheckMake(caller, directories.OwnerGroupOf(parent) ?? throw new SrpcException($"no metadata for: {parent}"));
        if (images.ContainsKey(name))
            throw new SrpcException($"image: {name} has that name");
        Tell(directories.Make(name));
    }

    void Tell(ImageDirectory directory) =>
        Feed.Publish(new() { Directory = directory, Operation = ImageOperation.MakeDirectory });

    /// <summary>Whether an image could be added, as far as that is known without its directory and objects.</summary>
    /// <exception cref="ArgumentException">The name is none.</exception>
    /// <exception cref="SrpcException">The name is taken, or there is no tree.</exception>
    /// <exception cref="ImageFormatException">The tree is none.</exception>
    public void CheckNew(string name, Image image)
    {
        ImageName.Validate(name);
        if (Find(name) is not null)
            throw new SrpcException("image already exists");
        if (image.FileSystem is not { } tree)
            throw new SrpcException("nil file-system");
        FileSystemValidator.Validate(tree);
    }

    void Reserve(string name)
    {
        lock (gate)
        {
            if (!directories.Contains(ImageName.GetDirectory(name)))
                throw new SrpcException($"open {store.GetPath(name)}~: no such file or directory");
            if (directories.Contains(name))
                throw new SrpcException($"image: {name} is a directory");
            if (images.ContainsKey(name))
                throw new SrpcException($"image: {name} already exists");
            if (!beingWritten.Add(name))
                throw new SrpcException($"image: {name} already being written");
        }
    }

    ImageEntry Take(string name, string absent, Action<ImageEntry> check)
    {
        lock (gate)
        {
            var entry = images.GetValueOrDefault(name) ?? throw new SrpcException(absent);
            check(entry);
            if (entry.IsBusy)
                throw new SrpcException("image being modified");
            entry.IsBusy = true;
            return entry;
        }
    }

    void CheckAccess(SrpcCaller caller, ImageHeader header)
    {
        var directory = ImageName.GetDirectory(header.Name);
        ImagePermissions.Check(caller, header, directories.OwnerGroupOf(directory), directory);
    }

    void Remove(ImageEntry entry, Action removeFile, bool isTold)
    {
        var name = entry.Header.Name;
        var image = TryGet(name);
        try
        {
            removeFile();
        }
        catch
        {
            entry.IsBusy = false;
            throw;
        }
        lock (gate)
        {
            images.Remove(name);
            cache.Forget(name);
            if (isTold)
                Feed.Publish(new() { Name = name, Operation = ImageOperation.DeleteImage });
        }
        lock (entry)
        {
            // What cannot be read keeps its objects until the next start.
            if (entry.IsCounted && image is not null)
                objects.DropReferences(entry.CountedAmong(ObjectUse.Of(image)));
            entry.IsCounted = false;
        }
    }

    Image? TryGet(string name)
    {
        try
        {
            return Get(name);
        }
        catch (ImageFileException)
        {
            return null;
        }
    }
}
