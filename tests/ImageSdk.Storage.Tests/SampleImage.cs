using ImageSdk.Images;

namespace ImageSdk.Storage.Tests;

/// <summary>Small images to store.</summary>
static class SampleImage
{
    public static Image Make(ObjectStore objects, string content = "content", DateTimeOffset? createdOn = null)
    {
        var added = objects.Add(((ByteString)content).Span);
        var builder = new FileSystemBuilder();
        builder.Add("/etc", new DirectoryInode { Mode = InodeMode.Directory | Permissions.Directory });
        builder.Add("/etc/file", new RegularInode { Mode = InodeMode.Regular | Permissions.File, Size = added.Size, Hash = added.Hash });
        builder.Add("/etc/empty", new RegularInode { Mode = InodeMode.Regular });
        return new Image { FileSystem = builder.Build(), CreatedOn = createdOn ?? DateTimeOffset.UnixEpoch, CreatedBy = "me" };
    }
}
