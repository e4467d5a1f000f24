using System.Text;
using ImageSdk.Building.Projects;
using ImageSdk.Posix;

namespace ImageSdk.Building.Worker;

/// <summary>
/// A program of an image that has a stand-in, mounted over it while commands run. The stand-in finds the program itself in
/// <see cref="KernelFiles.Programs"/>.
/// </summary>
/// <param name="Name">Of the program.</param>
/// <param name="Package">The package of Debian and its kin that brings the program. While that is unpacked there can be no stand-in: dpkg replaces no file that is mounted over.</param>
/// <param name="Script">The stand-in.</param>
sealed record CoveredProgram(string Name, string Package, string Script)
{
    static readonly string[] Directories = ["usr/bin", "usr/sbin", "bin", "sbin"];

    /// <summary>What to mount for commands that leave the program alone; nothing for a root that has none.</summary>
    /// <param name="rootPath">Where the root is mounted.</param>
    /// <param name="directory">Where the stand-in may lie.</param>
    public IEnumerable<BindMount> Mounts(DirectoryHandle root, string rootPath, string directory) => Find(root, Name) is { } path
        ? [new(rootPath + path, $"{KernelFiles.Programs}/{Name}"), new(ProgramFile.Write(directory, Name, Script), path)]
        : [];

    /// <summary>
    /// Where the image's own program is. A link to a program of many names, or a file of several names, can't be covered: it must stay
    /// what it is for the others. Nor is one taken that is behind a link, which could lead out of the root.
    /// </summary>
    public static string? Find(DirectoryHandle root, string program)
    {
        var name = Encoding.UTF8.GetBytes(program);
        foreach (var path in Directories)
            if (IsPlain(root, path) && root.StatInRoot(Encoding.UTF8.GetBytes(path)) is { Kind: FileKind.Directory })
            {
                using var parent = root.OpenDirectoryInRoot(Encoding.UTF8.GetBytes(path));
                if (parent.TryStat(name) is { Kind: FileKind.Regular, LinkCount: 1 })
                    return $"/{path}/{program}";
            }
        return null;
    }

    static bool IsPlain(DirectoryHandle root, string path)
    {
        if (root.TryStat(Encoding.UTF8.GetBytes(path.Split('/')[0])) is not { Kind: FileKind.Directory })
            return false;
        return root.TryStat(Encoding.UTF8.GetBytes(path)) is { Kind: FileKind.Directory };
    }
}
