using System.Text;
using ImageSdk.Cli.Errors;
using ImageSdk.Posix;

namespace ImageSdk.Cli.Output;

/// <summary>How data come to an output path.</summary>
enum OutputKind
{
    /// <summary>A regular file or a free name: a complete file takes its place.</summary>
    File,

    /// <summary>A device or a pipe: data are written into it.</summary>
    Stream,

    /// <summary>Standard output of this process.</summary>
    StandardOutput,
}

/// <summary>What an output path leads to.</summary>
/// <param name="Path">The path with a link in its last component resolved.</param>
readonly record struct OutputPlace(OutputKind Kind, string Path)
{
    // As many as the kernel follows.
    const int MostLinks = 40;

    /// <exception cref="CommandException">Nothing can be written there.</exception>
    public static OutputPlace Find(string path)
    {
        if (path.Length == 0 || path.EndsWith('/'))
            throw Bad(path, "names no file");
        // Not normalised: after a link, ".." is the kernel's to resolve.
        var current = System.IO.Path.Combine(Environment.CurrentDirectory, path);
        for (var links = 0; links < MostLinks; links++)
        {
            if (current is "/dev/stdout" or "/dev/fd/1" or "/proc/self/fd/1")
                return new(OutputKind.StandardOutput, current);
            var parent = System.IO.Path.GetDirectoryName(current)!;
            using var directory = OpenParent(path, parent);
            var name = Encoding.UTF8.GetBytes(System.IO.Path.GetFileName(current));
            switch (directory.TryStat(name)?.Kind)
            {
                case null or FileKind.Regular:
                    return new(OutputKind.File, current);
                case FileKind.Symlink when IsDescriptor(directory):
                    return new(OutputKind.Stream, current);
                case FileKind.Symlink:
                    current = System.IO.Path.Combine(parent, Encoding.UTF8.GetString(directory.ReadLink(name)));
                    break;
                case FileKind.Directory:
                    throw Bad(path, "is a directory");
                case FileKind.Socket:
                    throw Bad(path, "is a socket");
                default:
                    return new(OutputKind.Stream, current);
            }
        }
        throw Bad(path, "is a link that leads nowhere");
    }

    /// <summary>Links in /proc stand for open files, which may have no name or another's.</summary>
    static bool IsDescriptor(DirectoryHandle directory)
    {
        if (!Directory.Exists("/proc/self"))
            return false;
        using var processes = DirectoryHandle.Open("/proc");
        return directory.Stat().Device == processes.Stat().Device;
    }

    static DirectoryHandle OpenParent(string path, string parent)
    {
        try
        {
            return DirectoryHandle.Open(parent);
        }
        catch (PosixException exception) when (exception.IsNotFound)
        {
            throw Bad(path, $"cannot be written: there is no directory {parent}");
        }
    }

    static CommandException Bad(string path, string fault) => new(ErrorCode.BadTarget, $"the output {path} {fault}: name a file, or - for standard output");
}
