using FsCheck;
using FsCheck.Fluent;

namespace ImageSdk.Images.Tests;

/// <summary>Small trees to test with.</summary>
static class Trees
{
    public static DirectoryInode Directory { get; } = new() { Mode = InodeMode.Directory | 0x1ED };

    public static RegularInode File(string content, long seconds = 0) => new()
    {
        Mode = InodeMode.Regular | 0x1A4,
        Mtime = new(seconds, 0),
        Size = (ulong)content.Length,
        Hash = content.Length == 0 ? default : ObjectHash.Of(((ByteString)content).Span),
    };

    public static FileSystem Build(params (string Path, Inode Inode)[] entries)
    {
        var builder = new FileSystemBuilder();
        foreach (var (path, inode) in entries)
            builder.Add(path, inode);
        return builder.Build();
    }

    public static IEnumerable<string> Paths(FileSystem fileSystem) => fileSystem.Walk().Select(entry => entry.Path.ToString());

    /// <summary>Trees of up to some dozens of paths, with hard links.</summary>
    public static Gen<FileSystem> Any { get; } =
        from steps in Gen.Choose(0, 1000).ArrayOf(24)
        select BuildFrom(steps);

    static FileSystem BuildFrom(int[] steps)
    {
        var builder = new FileSystemBuilder();
        var directories = new List<string> { "" };
        var files = new List<string>();
        for (var index = 0; index < steps.Length; index++)
        {
            var step = steps[index];
            var path = $"{directories[step % directories.Count]}/{"zyxwv"[step % 5]}{index}";
            switch (step % 6)
            {
                case 0:
                    builder.Add(path, Directory);
                    directories.Add(path);
                    break;
                case 1 when files.Count > 0:
                    builder.Link(path, files[step % files.Count]);
                    break;
                case 2:
                    builder.Add(path, new SymlinkInode { Target = $"t{step}" });
                    break;
                case 3:
                    builder.Add(path, new SpecialInode { Mode = InodeMode.Character, Rdev = (ulong)step });
                    break;
                default:
                    builder.Add(path, File(new string('x', step % 3), step));
                    files.Add(path);
                    break;
            }
        }
        return builder.Build();
    }
}
