using ImageSdk.Images;

namespace ImageSdk.Dominator.Transfer;

/// <summary>A file for contents that are too long for memory, gone when it is closed.</summary>
public static class ScratchFile
{
    /// <exception cref="IOException">There is no place for it.</exception>
    public static FileStream Create() => new(Path.Combine(Path.GetTempPath(), $"imagesdk-{Guid.NewGuid():N}"), new FileStreamOptions
    {
        Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Share = FileShare.ReadWrite, Options = FileOptions.DeleteOnClose,
        UnixCreateMode = (UnixFileMode)Permissions.OwnerFile,
    });
}
