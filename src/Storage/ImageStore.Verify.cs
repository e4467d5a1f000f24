using ImageSdk.Dominator;
using ImageSdk.Images;

namespace ImageSdk.Storage;

/// <summary>Checking.</summary>
public sealed partial class ImageStore
{
    /// <summary>
    /// Reads every image, expired ones too, and checks its checksum, its tree and that its objects are there with the
    /// size it says.
    /// </summary>
    /// <param name="withContent">Read every object as well and compare its hash, each once.</param>
    /// <param name="cancellation">Stops between files.</param>
    /// <returns>All faults, while they are found.</returns>
    public IEnumerable<StoreFault> Verify(bool withContent = false, CancellationToken cancellation = default)
    {
        var read = new Dictionary<ObjectHash, ObjectCondition>();
        foreach (var (name, file) in directories.ListFiles(null).OrderBy(found => found.Name, VersionOrder.Instance))
        {
            cancellation.ThrowIfCancellationRequested();
            var (image, fault) = ReadChecked(name, file);
            if (fault is not null)
                yield return fault;
            if (image is null)
                continue;
            foreach (var (hash, size) in ImageObjects.List(image))
            {
                cancellation.ThrowIfCancellationRequested();
                if (FindFault(hash, size, withContent ? read : null) is { } reason)
                    yield return new(name, hash, reason);
            }
        }
    }

    static (Image? Image, StoreFault? Fault) ReadChecked(string name, FileInfo file)
    {
        try
        {
            if (Read(file) is not { } image)
                return (null, null);
            if (image.FileSystem is not { } tree)
                return (image, new(name, null, "nil file-system"));
            FileSystemValidator.Validate(tree);
            return (image, null);
        }
        catch (Exception exception) when (exception is ImageFileException or ImageFormatException or IOException)
        {
            return (null, new(name, null, exception.Message));
        }
    }

    string? FindFault(ObjectHash hash, ulong? size, Dictionary<ObjectHash, ObjectCondition>? read)
    {
        var stored = Objects.SizeOf(hash);
        if (stored is null)
            return $"object: {hash} is not available";
        if (size is not null && size != stored)
            return $"object: {hash} has {stored} bytes, in the image {size}";
        if (read is null)
            return null;
        if (!read.TryGetValue(hash, out var condition))
            read[hash] = condition = Objects.Verify(hash);
        return condition == ObjectCondition.Good ? null : $"object: {hash} is corrupt";
    }
}

/// <summary>What is wrong in a store.</summary>
/// <param name="Image">The image that has the fault.</param>
/// <param name="Object">The object where it is about one.</param>
/// <param name="Reason">For people.</param>
public sealed record StoreFault(string Image, ObjectHash? Object, string Reason);
