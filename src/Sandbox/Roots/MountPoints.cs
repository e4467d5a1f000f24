using System.Text;
using ImageSdk.Images;
using ImageSdk.Posix;

namespace ImageSdk.Sandbox.Roots;

/// <summary>Makes the places where something gets mounted, and removes those it made: an image must not show where it was built.</summary>
sealed class MountPoints(DirectoryHandle root) : IDisposable
{
    readonly Stack<(byte[] Path, bool IsDirectory)> made = new();

    /// <param name="target">Absolute path in the image.</param>
    /// <param name="isDirectory">Whether a directory or a file is going to be mounted there.</param>
    public void Ensure(string target, bool isDirectory)
    {
        var parts = MountTarget.Resolve(root, target).Split('/', StringSplitOptions.RemoveEmptyEntries);
        for (var depth = 1; depth <= parts.Length; depth++)
        {
            var path = Encoding.UTF8.GetBytes(string.Join('/', parts[..depth]));
            if (root.StatInRoot(path) is not null)
                continue;
            var parentPath = Encoding.UTF8.GetBytes(string.Join('/', parts[..(depth - 1)]));
            using var parent = root.OpenDirectoryInRoot(parentPath);
            var name = Encoding.UTF8.GetBytes(parts[depth - 1]);
            if (depth < parts.Length || isDirectory)
                parent.TryMakeDirectory(name, Permissions.Directory);
            else
                parent.CreateFile(name, Permissions.File).Dispose();
            made.Push((path, depth < parts.Length || isDirectory));
        }
    }

    public void Dispose()
    {
        while (made.TryPop(out var point))
        {
            try
            {
                if (point.IsDirectory)
                    root.RemoveEmptyDirectory(point.Path);
                else
                    root.Unlink(point.Path);
            }
            catch (PosixException exception) when (exception.IsNotFound || exception.Error is Errno.NotEmpty or Errno.Busy)
            {
                // A script put something there, or removed it: then it is the image's own.
            }
        }
    }
}
