using ImageSdk.Cli.Finding;
using ImageSdk.Images;
using ImageSdk.Storage;

namespace ImageSdk.Cli.Checking;

/// <summary>Checks one image as the store checks all of its own.</summary>
static class ImageCheck
{
    /// <param name="withContent">Read every object as well and compare its hash.</param>
    public static IEnumerable<StoreFault> FindFaults(
        FoundImage found, ObjectStore objects, bool withContent, CancellationToken cancellation)
    {
        if (FindTreeFault(found.Image) is { } fault)
            yield return new(found.Name, null, fault);
        foreach (var (hash, size) in ImageObjects.List(found.Image))
        {
            cancellation.ThrowIfCancellationRequested();
            if (FindFault(objects, hash, size, withContent) is { } reason)
                yield return new(found.Name, hash, reason);
        }
    }

    static string? FindTreeFault(Image image)
    {
        if (image.FileSystem is not { } tree)
            return "no file system";
        try
        {
            FileSystemValidator.Validate(tree);
            return null;
        }
        catch (ImageFormatException exception)
        {
            return exception.Message;
        }
    }

    static string? FindFault(ObjectStore objects, ObjectHash hash, ulong? size, bool withContent)
    {
        var stored = objects.SizeOf(hash);
        if (stored is null)
            return $"object: {hash} is not available";
        if (size is not null && size != stored)
            return $"object: {hash} has {stored} bytes, in the image {size}";
        return withContent && objects.Verify(hash) != ObjectCondition.Good ? $"object: {hash} is corrupt" : null;
    }
}
