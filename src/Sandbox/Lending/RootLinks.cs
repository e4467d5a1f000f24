using ImageSdk.Posix;

namespace ImageSdk.Sandbox.Lending;

/// <summary>Follows links in a root as its own programs do, also to what is not there yet.</summary>
static class RootLinks
{
    /// <summary>As many as the kernel follows.</summary>
    const int MostLinks = 40;

    /// <param name="path">In the root, without a leading slash.</param>
    /// <returns>The path at which it ends, with no link in it; null where links go round in circles, or end above a file.</returns>
    public static byte[]? Follow(DirectoryHandle root, byte[] path)
    {
        var left = new LinkedList<byte[]>(Split(path));
        List<byte[]> followed = [];
        for (var links = 0; left.First is { } next;)
        {
            left.RemoveFirst();
            if (next.Value.AsSpan().SequenceEqual(".."u8))
            {
                if (followed.Count > 0)
                    followed.RemoveAt(followed.Count - 1);
                continue;
            }
            if (ReadLink(root, followed, next.Value) is not { } target)
            {
                followed.Add(next.Value);
                continue;
            }
            if (++links > MostLinks)
                return null;
            if (target is [(byte)'/', ..])
                followed.Clear();
            foreach (var part in Enumerable.Reverse(Split(target)))
                left.AddFirst(part);
        }
        return followed.Count == 0 ? null : Join(followed);
    }

    static byte[]? ReadLink(DirectoryHandle root, List<byte[]> directory, byte[] name)
    {
        var path = Join(directory);
        if (path.Length > 0 && root.StatInRoot(path) is not { Kind: FileKind.Directory })
            return null;
        using var parent = root.OpenDirectoryInRoot(path.Length == 0 ? "."u8.ToArray() : path);
        return parent.TryStat(name) is { Kind: FileKind.Symlink } ? parent.ReadLink(name) : null;
    }

    static List<byte[]> Split(ReadOnlySpan<byte> path)
    {
        var parts = new List<byte[]>();
        foreach (var range in path.Split((byte)'/'))
            if (path[range] is { Length: > 0 } part && !part.SequenceEqual("."u8))
                parts.Add(part.ToArray());
        return parts;
    }

    static byte[] Join(List<byte[]> parts) =>
        parts.Count == 0 ? [] : parts.Aggregate((path, part) => [.. path, (byte)'/', .. part]);
}
