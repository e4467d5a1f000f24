using System.Text;
using ImageSdk.Images;
using ImageSdk.Posix;

namespace ImageSdk.Sandbox.Kernel;

/// <summary>
/// A program of an image that has a stand-in while commands run (<c>CoveredPrograms</c>). The stand-in finds the program itself in
/// <see cref="Originals"/>.
/// </summary>
/// <param name="Name">Of the program.</param>
/// <param name="Script">The stand-in.</param>
sealed record CoveredProgram(string Name, string Script)
{
    /// <summary>Where programs of the image that have a stand-in are found inside.</summary>
    public const string Originals = "/proc/1/programs";

    /// <summary>The stand-in as a file has it.</summary>
    public byte[] Content { get; } = Encoding.UTF8.GetBytes(Script);

    /// <summary>By which a copy of the stand-in is recognized.</summary>
    public ObjectHash ContentHash => ObjectHash.Of(Content);

    /// <summary>Where images have such programs, without a slash in front.</summary>
    public static IReadOnlyList<string> Directories { get; } = ["usr/bin", "usr/sbin", "bin", "sbin"];

    /// <summary>
    /// The directory of the image's own program, without a slash in front; null where there is none that can be covered. A link to a program
    /// of many names, or a file of several names, can't be: it must stay what it is for the others. Nor is one taken that is behind a link,
    /// which could lead out of the root.
    /// </summary>
    public string? FindDirectory(DirectoryHandle root)
    {
        var name = Encoding.UTF8.GetBytes(Name);
        foreach (var path in Directories)
            if (IsPlain(root, path) && root.StatInRoot(Encoding.UTF8.GetBytes(path)) is { Kind: FileKind.Directory })
            {
                using var parent = root.OpenDirectoryInRoot(Encoding.UTF8.GetBytes(path));
                if (parent.TryStat(name) is { Kind: FileKind.Regular, LinkCount: 1 })
                    return path;
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
