using System.Text;
using ImageSdk.Packages.Lists;
using ImageSdk.Posix;

namespace ImageSdk.Packages.Cache;

/// <summary>apt's lists of packages (/var/lib/apt/lists), in memory.</summary>
/// <param name="Files">Each with its name, sorted by that.</param>
sealed record PackageLists(IReadOnlyList<(byte[] Name, PackageList List)> Files)
{
    // Of all of them in memory: Debian's and Ubuntu's have a tenth.
    const long MostBytes = int.MaxValue;

    /// <returns>Null where apt keeps lists in another form than as text, or they are too large.</returns>
    public static PackageLists? TryRead(DirectoryHandle directory)
    {
        var names = directory.ReadNames().Where(name => name.AsSpan().IndexOf("_Packages"u8) >= 0).OrderBy(Encoding.Latin1.GetString, StringComparer.Ordinal).ToList();
        if (names.Any(name => !name.AsSpan().EndsWith("_Packages"u8) || directory.Stat(name).Kind != FileKind.Regular))
            return null;
        // apt reads them bit by bit.
        if (names.Sum(name => (decimal)directory.Stat(name).Size) > MostBytes)
            return null;
        return new([.. names.Select(name => (name, Read(name)))]);

        PackageList Read(byte[] name)
        {
            using var file = directory.OpenRead(name);
            return PackageList.Read(file);
        }
    }

    /// <summary>Whether there is a package of that name.</summary>
    public bool Has(string name) => Files.Any(file => file.List.Has(name));

    /// <summary>What is said of a version of a package, a paragraph of each list that has it.</summary>
    public IEnumerable<string> Describe(string name, string version)
    {
        var hash = NameTable.HashOf(Encoding.UTF8.GetBytes(name));
        return Files.SelectMany(file => file.List.Named(hash).Select(paragraph => Encoding.UTF8.GetString(file.List[paragraph])))
            .Where(text => ControlStanza.ReadAll(text).Any(stanza => stanza["Package"] == name && stanza["Version"] == version));
    }

    /// <summary>Names of packages with a line; sorted.</summary>
    /// <param name="line">With a line's end on both sides, like "\nEssential: yes\n".</param>
    public IReadOnlyList<string> NamesWith(ReadOnlySpan<byte> line)
    {
        var names = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var (_, list) in Files)
            foreach (var paragraph in list.FindLine(line))
                names.Add(Encoding.UTF8.GetString(list.NameOf(paragraph)));
        names.Remove("");
        return [.. names];
    }
}
