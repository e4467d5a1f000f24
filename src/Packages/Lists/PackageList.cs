using System.Text;

namespace ImageSdk.Packages.Lists;

/// <summary>
/// A list of packages in memory, a paragraph each: one of apt's ("Packages" of a repository), or dpkg's database, which has the same form.
/// Fields that it looks for have to be written as all tools write them, while apt takes "PACKAGE:" as well.
/// </summary>
/// <remarks>Debian's has 60,000 packages in 50 MB: names are found by their hash, and no text is made of what is not asked for.</remarks>
sealed class PackageList
{
    readonly ReadOnlyMemory<byte> text;
    readonly List<Range> paragraphs;
    readonly NameTable names;
    readonly NameTable provided;

    public PackageList(ReadOnlyMemory<byte> text)
    {
        this.text = text;
        paragraphs = new(text.Length / 700);
        names = new(text.Length / 700);
        provided = new(text.Length / 700);
        for (var start = 0; start < text.Length;)
        {
            var length = text.Span[start..].IndexOf("\n\n"u8);
            var end = length < 0 ? text.Length : start + length;
            Add(start..end);
            start = end + 2;
        }
    }

    public static PackageList Read(Stream file)
    {
        var text = GC.AllocateUninitializedArray<byte>(checked((int)file.Length));
        file.ReadExactly(text);
        return new(text);
    }

    public int Count => paragraphs.Count;

    /// <summary>A paragraph without the empty line behind it.</summary>
    public ReadOnlySpan<byte> this[int paragraph] => text.Span[paragraphs[paragraph]];

    /// <summary>Paragraphs of packages of that name, and seldom of others.</summary>
    public IEnumerable<int> Named(int hash) => names.Find(hash);

    /// <summary>Paragraphs of packages that provide the name, and seldom of others.</summary>
    public IEnumerable<int> Providing(int hash) => provided.Find(hash);

    /// <summary>Whether there is a package of that name.</summary>
    public bool Has(string name)
    {
        var bytes = Encoding.UTF8.GetBytes(name);
        foreach (var paragraph in names.Find(NameTable.HashOf(bytes)))
            if (NameOf(paragraph).SequenceEqual(bytes))
                return true;
        return false;
    }

    public ReadOnlySpan<byte> NameOf(int paragraph)
    {
        var value = FieldOf(this[paragraph], "\nPackage:"u8);
        return (value.IndexOf((byte)'\n') is var end and >= 0 ? value[..end] : value).Trim((byte)' ');
    }

    /// <summary>Paragraphs with a line.</summary>
    /// <param name="line">With a line's end on both sides, like "\nEssential: yes\n".</param>
    public IReadOnlyList<int> FindLine(ReadOnlySpan<byte> line)
    {
        var found = new List<int>();
        var starts = paragraphs.ConvertAll(paragraph => paragraph.Start.Value);
        var span = text.Span;
        for (var at = 0; span[at..].IndexOf(line) is var next and >= 0; at += next + 1)
        {
            var place = starts.BinarySearch(at + next + 1);
            var paragraph = place < 0 ? ~place - 1 : place;
            if (found is not [.., var last] || last != paragraph)
                found.Add(paragraph);
        }
        return found;
    }

    /// <summary>A field's value with all its lines; empty where there is none.</summary>
    /// <param name="field">With the line's end before it and the colon: "\nDepends:".</param>
    public static ReadOnlySpan<byte> FieldOf(ReadOnlySpan<byte> paragraph, ReadOnlySpan<byte> field)
    {
        if (paragraph.StartsWith(field[1..]))
            paragraph = paragraph[(field.Length - 1)..];
        else if (paragraph.IndexOf(field) is var at and >= 0)
            paragraph = paragraph[(at + field.Length)..];
        else
            return [];
        for (var end = 0; paragraph[end..].IndexOf((byte)'\n') is var length and >= 0; end++)
        {
            end += length;
            if (end + 1 == paragraph.Length || paragraph[end + 1] is not ((byte)' ' or (byte)'\t'))
                return paragraph[..end];
        }
        return paragraph;
    }

    void Add(Range range)
    {
        var paragraph = text.Span[range];
        if (paragraph.Length == 0)
            return;
        var number = paragraphs.Count;
        paragraphs.Add(range);
        names.Add(NameTable.HashOf(NameOf(number)), number);
        foreach (var hash in Relations.NamesIn(FieldOf(paragraph, "\nProvides:"u8)))
            provided.Add(hash, number);
    }
}
