using System.Text;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Posix;
using ImageSdk.Sandbox.Lending;

namespace ImageSdk.Sandbox.Roots;

/// <summary>
/// Where in a root something gets mounted. Bubblewrap follows links while the machine's own root is still within reach, at a path that an
/// image may know: it gets paths without any.
/// </summary>
static class MountTarget
{
    /// <param name="target">Absolute path in the image.</param>
    /// <returns>Where that leads within the root: an absolute path of it with no link in it.</returns>
    /// <exception cref="BuildException">The links lead nowhere (IMG3331).</exception>
    public static string Resolve(DirectoryHandle root, string target) =>
        RootLinks.Follow(root, Encoding.UTF8.GetBytes(target)) is { } path
            ? "/" + Encoding.UTF8.GetString(path)
            : throw new BuildException("IMG3331",
                $"Nothing can be mounted at {target}: links of the image lead from there in circles, or to its root. Have the image make a directory of it, or mount at another path.");

    /// <summary>For what is mounted at a fixed place.</summary>
    /// <exception cref="BuildException">There is something else than a directory (IMG3330).</exception>
    public static void RequireDirectory(DirectoryHandle root, string name)
    {
        if (root.TryStat(Encoding.UTF8.GetBytes(name)) is { Kind: not FileKind.Directory })
            throw new BuildException("IMG3330", $"Commands cannot run in the image: /{name} is no directory of its own there, but a link or a file. Have the image make it a directory.");
    }
}
