namespace ImageSdk.Trees.Scanning;

/// <summary>
/// The largest files of a tree. They are hashed when all are known, so that each thread gets an even share, and of a share as many as
/// possible go side by side.
/// </summary>
/// <param name="hands">Threads.</param>
sealed class LargeFiles(int hands)
{
    /// <summary>Bytes.</summary>
    public const ulong MinSize = 8 << 20;

    readonly List<ScannedFile> files = [];

    /// <summary>For the one thread that walks the tree.</summary>
    public void Add(ScannedFile file) => files.Add(file);

    /// <summary>What one thread gets, the longest first; once all files are known.</summary>
    public IEnumerable<ScannedFile> ShareOf(int hand)
    {
        var byLength = files.OrderByDescending(file => file.Inode.Size);
        // Back and forth, so that no thread always gets the longer one.
        return byLength.Where((_, place) => (place / hands % 2 == 0 ? place % hands : hands - 1 - place % hands) == hand);
    }
}
