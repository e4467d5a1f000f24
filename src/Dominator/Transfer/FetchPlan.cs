using System.Numerics;

namespace ImageSdk.Dominator.Transfer;

/// <summary>
/// In which order objects are fetched: the largest first, and those of about the same size in the order in which they were
/// asked for, as they are hashed side by side. Hands out ranges, to several threads.
/// </summary>
/// <param name="blockSize">What is longer does not go through a block of memory. Bytes.</param>
sealed class FetchPlan(IReadOnlyList<WantedObject> objects, ulong blockSize)
{
    const int BatchObjects = 1024;

    // One call for so many bytes: the connections share the work evenly, and little has to come again.
    const ulong BatchBytes = 16 << 20;

    // So many files are open at once before they are compared.
    const int LongObjects = 256;
    const ulong LongBytes = 256 << 20;

    readonly Lock gate = new();
    readonly int[] order = [.. Enumerable.Range(0, objects.Count).OrderByDescending(index => BitOperations.Log2(objects[index].Size))];
    int next;

    public WantedObject this[int position] => objects[order[position]];

    /// <summary>The position among those that were asked for.</summary>
    public int IndexOf(int position) => order[position];

    /// <summary>Whether an object is so long that it is not kept in memory.</summary>
    public bool IsLong(int position) => this[position].Size > blockSize;

    /// <summary>The next range of positions; false where all are taken.</summary>
    public bool TryTake(out int start, out int end)
    {
        lock (gate)
        {
            start = next;
            var (count, limit) = start < order.Length && IsLong(start) ? (LongObjects, LongBytes) : (BatchObjects, BatchBytes);
            for (var bytes = 0ul; next < order.Length && next - start < count && IsLong(next) == IsLong(start); next++)
            {
                bytes += this[next].Size;
                if (next > start && bytes > limit)
                    break;
            }
            end = next;
            return end > start;
        }
    }
}
