using ImageSdk.Images;
using ImageSdk.Posix;

namespace ImageSdk.Layers;

/// <summary>Hashes a layer's files in batches, each of which one thread hashes side by side.</summary>
static class LayerHashing
{
    // So many are open at once in one thread.
    const int BatchFiles = 256;

    // As many as the hash takes at once.
    const int SideBySide = 8;
    const ulong BatchBytes = 64 << 20;

    /// <summary>Batches of about the same size, the longest files first, so that no thread is left with one at the end.</summary>
    public static IEnumerable<int[]> Cut(IReadOnlyList<LayerEntry> entries, List<int> files)
    {
        var sizes = files.ConvertAll(index => ulong.MaxValue - ((RegularInode)entries[index].Inode!).Size).ToArray();
        var order = files.ToArray();
        Array.Sort(sizes, order);
        var share = order.Aggregate(0ul, (sum, index) => sum + SizeOf(entries, index)) / (ulong)Environment.ProcessorCount / 4;
        var limit = Math.Clamp(share, 1 << 20, BatchBytes);
        for (int start = 0, end; start < order.Length; start = end)
        {
            // Where enough follow of that length for all threads, so many go side by side, however long they are.
            var last = start + (SideBySide * Environment.ProcessorCount) - 1;
            var together = last < order.Length && SizeOf(entries, order[last]) * 2 > SizeOf(entries, order[start]) ? SideBySide : 1;
            var bytes = 0ul;
            for (end = start; end < order.Length && end - start < BatchFiles && (end - start < together || bytes + SizeOf(entries, order[end]) <= limit); end++)
                bytes += SizeOf(entries, order[end]);
            yield return order[start..end];
        }
    }

    static ulong SizeOf(IReadOnlyList<LayerEntry> entries, int index) => ((RegularInode)entries[index].Inode!).Size;

    /// <summary>Hashes the files of a batch, and puts hashes and the sizes that were read into the entries.</summary>
    public static void Hash(DirectoryHandle root, List<LayerEntry> entries, int[] batch, CancellationToken cancellation)
    {
        var files = new List<OpenFile>(batch.Length);
        try
        {
            var contents = new (ContentReader, long)[batch.Length];
            for (var place = 0; place < contents.Length; place++)
            {
                var file = root.OpenBeneath(entries[batch[place]].Path.Span);
                files.Add(file);
                var size = SizeOf(entries, batch[place]);
                ContentReader read = SparseReader.IsWorthIt(size) ? file.ReadSparse : file.Read;
                contents[place] = (buffer =>
                {
                    cancellation.ThrowIfCancellationRequested();
                    return read(buffer);
                }, (long)size);
            }
            var hashes = ObjectHash.OfMany(contents);
            for (var place = 0; place < hashes.Length; place++)
                entries[batch[place]] = entries[batch[place]] with { Inode = (RegularInode)entries[batch[place]].Inode! with { Hash = hashes[place] } };
        }
        finally
        {
            foreach (var file in files)
                file.Dispose();
        }
    }
}
