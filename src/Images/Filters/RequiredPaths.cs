namespace ImageSdk.Images;

/// <summary>Paths that an image must have to be taken for a system.</summary>
public sealed class RequiredPaths
{
    readonly IReadOnlyList<(ByteString Path, char Type)> paths;

    RequiredPaths(IReadOnlyList<(ByteString Path, char Type)> paths) => this.paths = paths;

    public static RequiredPaths Default { get; } = Parse("/etc:d,/etc/passwd:f,/usr:d,/usr/bin:d");

    /// <summary>Reads "path:type,path:type": d directory, f regular file, l symbolic link, s special. An empty text is no path.</summary>
    /// <exception cref="FormatException">A part has another form.</exception>
    public static RequiredPaths Parse(string text) => new(
    [
        .. text.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(part => part.LastIndexOf(':') is > 0 and var colon
            && part[(colon + 1)..] is [var type] && "dfls".Contains(type)
                ? ((ByteString)part[..colon], type)
                : throw new FormatException($"\"{part}\" is not PATH:TYPE with a type of d, f, l or s")),
    ]);

    /// <summary>What is wrong with a tree, in the words of the original; null where nothing is.</summary>
    public string? FindFault(FileSystem tree)
    {
        foreach (var (path, type) in paths)
        {
            if (tree.Index.Find(path) is not { } inode)
                return $"missing path: {path}";
            var wanted = (type, inode) switch
            {
                ('d', not DirectoryInode) => "directory",
                ('f', not (RegularInode or ComputedInode)) => "regular file",
                ('l', not SymlinkInode) => "symlink",
                ('s', not SpecialInode) => "special inode",
                _ => null,
            };
            if (wanted is not null)
                return $"{path} path is not a {wanted}";
        }
        return null;
    }
}
