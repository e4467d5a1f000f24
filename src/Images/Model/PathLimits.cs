namespace ImageSdk.Images;

/// <summary>How long the names of a tree may be: as long as Linux opens them (<c>NAME_MAX</c>, <c>PATH_MAX</c>).</summary>
public static class PathLimits
{
    /// <summary>Bytes of one name.</summary>
    public const int Name = 255;

    /// <summary>Bytes of a path with the slash in front, and of what a symbolic link leads to.</summary>
    public const int Path = 4095;

    /// <summary>Why a path, or a name in it, is too long; null where none is.</summary>
    /// <param name="path">With or without a slash in front or at the end.</param>
    public static string? FindFault(ReadOnlySpan<byte> path)
    {
        path = path.Trim((byte)'/');
        var rest = path;
        // Most paths are shorter than a name may be.
        while (rest.Length > Name)
        {
            var length = rest.IndexOf((byte)'/') is >= 0 and var slash ? slash : rest.Length;
            if (length > Name)
                return $"name longer than {Name} bytes";
            rest = rest[Math.Min(length + 1, rest.Length)..];
        }
        return path.Length < Path ? null : $"path longer than {Path} bytes";
    }
}
