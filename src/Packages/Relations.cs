namespace ImageSdk.Packages;

/// <summary>Names in a field that says how packages relate, like "libc6 (>= 2.34), perl:any | perl5 [amd64]" (deb-control(5)), by their hashes.</summary>
static class Relations
{
    /// <summary>Hashes of the names (<see cref="NameTable.HashOf"/>), whichever of them would do.</summary>
    public static Names NamesIn(ReadOnlySpan<byte> field) => new(field);

    /// <summary>One name after the other.</summary>
    public ref struct Names(ReadOnlySpan<byte> field)
    {
        ReadOnlySpan<byte> rest = field;

        public int Current { get; private set; }

        public readonly Names GetEnumerator() => this;

        public bool MoveNext()
        {
            while (rest.Length > 0)
            {
                var end = rest.IndexOfAny(",|"u8);
                var entry = (end < 0 ? rest : rest[..end]).Trim(" \t\n"u8);
                rest = end < 0 ? [] : rest[(end + 1)..];
                var name = entry.IndexOfAny(" (:[<"u8) is var length and >= 0 ? entry[..length] : entry;
                if (name.Length == 0)
                    continue;
                Current = NameTable.HashOf(name);
                return true;
            }
            return false;
        }
    }
}
