using System.Text;
using ImageSdk.Images;
using ImageSdk.Posix;

namespace ImageSdk.Cli.Unpacking;

/// <summary>/var/lib/initial-image: says of an unpacked tree which image it was.</summary>
static class InitialImage
{
    /// <summary>Writes the name, links followed as below a root of its own.</summary>
    public static void Write(DirectoryHandle root, string imageName)
    {
        try
        {
            root.MakeDirectoriesInRoot("var/lib"u8, Permissions.Directory);
            using var parent = root.OpenDirectoryInRoot("var/lib"u8);
            if (parent.TryStat("initial-image"u8) is not null)
                parent.RemoveTree("initial-image"u8);
            using var file = parent.CreateBeneath("initial-image"u8, Permissions.File);
            file.Write(Encoding.UTF8.GetBytes($"{imageName}\n"));
            file.SetPermissions(Permissions.File);
        }
        catch (PosixException exception) when (exception.Error is Errno.AccessDenied or Errno.NotPermitted)
        {
            // A tree without permissions for its owner, who is not root. What the image says comes first.
        }
    }
}
