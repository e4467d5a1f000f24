using ImageSdk.Archives;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Messages;
using ImageSdk.Images;
using ImageSdk.Trees.Unpacking;

namespace ImageSdk.Trees.ImagePackages;

/// <summary>Makes a root of the image that a NuGet package carries. Nothing in the package is believed before it is compared.</summary>
static class ImagePackage
{
    /// <param name="target">An empty directory.</param>
    /// <exception cref="BuildException">The package is damaged: IMG2021.</exception>
    public static void Unpack(UnpackPackageOperation package, string target, ExpansionLimit limit, CancellationToken cancellation)
    {
        try
        {
            var fileSystem = ImageRecord.Read(package.ImageFile).FileSystem ?? throw new InvalidDataException("its image has no tree");
            FileSystemValidator.Validate(fileSystem);
            OverlayAttributes.RequireNone(fileSystem);
            if (TreeHash.Compute(fileSystem).ToString() is var hash && hash != package.TreeHash)
                throw new InvalidDataException($"the hash of its image's tree is {hash}, and should be {package.TreeHash}");
            new ImageUnpacker(new PackedObjects(package.ObjectsFile, fileSystem, limit), cancellation) { IsValidated = true }.Unpack(fileSystem, target);
        }
        catch (Exception exception) when (FindDamage(exception) is { } damage)
        {
            throw Damaged(package.Package, package.ImageFile, damage, exception);
        }
    }

    // What cannot be written, as on a full disk, is not the package's fault.
    static string? FindDamage(Exception exception) => exception switch
    {
        InvalidDataException or ImageFormatException => exception.Message,
        BuildException { Diagnostic.Code: "IMG7001" } => exception.Message,
        FileNotFoundException or DirectoryNotFoundException => exception.Message,
        IOException { InnerException: InvalidDataException damaged } => damaged.Message,
        _ => null,
    };

    public static BuildException Damaged(string package, string imageFile, string what, Exception? inner = null) => new("IMG2021",
        $"The package {package} is damaged: {what.TrimEnd('.')}. Delete {Path.GetDirectoryName(Path.GetDirectoryName(imageFile))} and restore again; if that does not help, have the package made again.",
        inner: inner);
}
