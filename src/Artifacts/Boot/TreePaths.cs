using ImageSdk.Images;

namespace ImageSdk.Artifacts.Boot;

/// <summary>Paths as the image's own programs would see them: symbolic links are followed, and stay within the image.</summary>
public static class TreePaths
{
    const int MostLinks = 40;

    /// <summary>Where a path leads; null where nothing is there.</summary>
    public static ByteString? Resolve(FileSystem tree, ByteString path)
    {
        var pending = new Stack<string>();
        Push(path.ToString());
        var (place, links) = (new List<string>(), 0);
        while (pending.TryPop(out var name))
        {
            if (name == "..")
            {
                place.RemoveRange(Math.Max(0, place.Count - 1), Math.Min(1, place.Count));
                continue;
            }
            place.Add(name);
            switch (tree.Index.Find(Join(place)))
            {
                case null:
                    return null;
                case SymlinkInode { Target: var target }:
                    if (++links > MostLinks)
                        return null;
                    place.RemoveAt(place.Count - 1);
                    var text = target.ToString();
                    if (text.StartsWith('/'))
                        place.Clear();
                    Push(text);
                    break;
            }
        }
        return Join(place);

        void Push(string text)
        {
            foreach (var name in text.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(name => name != ".").Reverse())
                pending.Push(name);
        }
    }

    static ByteString Join(IReadOnlyList<string> names) => names.Count == 0 ? "/" : string.Concat(names.Select(name => $"/{name}"));
}
