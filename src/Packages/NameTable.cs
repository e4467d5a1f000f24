namespace ImageSdk.Packages;

/// <summary>Which paragraphs of a list belong to a name. Names go by their hash: where it is the same, another's are found as well.</summary>
sealed class NameTable(int capacity)
{
    readonly Dictionary<int, int> last = new(capacity);
    readonly List<(int Paragraph, int Before)> entries = new(capacity);

    /// <summary>A number that is the same for as long as the program runs.</summary>
    public static int HashOf(ReadOnlySpan<byte> name)
    {
        var hash = new HashCode();
        hash.AddBytes(name);
        return hash.ToHashCode();
    }

    public void Add(int hash, int paragraph)
    {
        entries.Add((paragraph, last.GetValueOrDefault(hash, -1)));
        last[hash] = entries.Count - 1;
    }

    public IEnumerable<int> Find(int hash)
    {
        for (var at = last.GetValueOrDefault(hash, -1); at >= 0; at = entries[at].Before)
            yield return entries[at].Paragraph;
    }
}
