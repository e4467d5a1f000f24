using System.Text;
using ImageSdk.Images;
using ImageSdk.Packages.Cache;
using ImageSdk.Posix;

namespace ImageSdk.Debian.Dpkg;

/// <summary>
/// dpkg's database of a root (/var/lib/dpkg), as far as new packages are entered into it. An entry says what
/// <c>dpkg --unpack</c> leaves of a package that was not there before and whose configuration files are in place already, so
/// that <c>dpkg --configure</c> takes over from there.
/// </summary>
sealed class DpkgDatabase(DirectoryHandle root)
{
    const uint FileMode = Permissions.File;

    /// <summary>Paths that dpkg has been told to put elsewhere, or to give another owner or mode; and where others go.</summary>
    public IReadOnlySet<ByteString> ReadOverrides()
    {
        // Three lines each: the file, where it goes, whose own it is not.
        var diverted = ReadLines("diversions").Where((_, number) => number % 3 != 2);
        var owned = ReadLines("statoverride").Select(line => line[(line.IndexOf('/') is var at and >= 0 ? at : 0)..]);
        return diverted.Concat(owned).Select(path => ByteString.FromText(path.TrimStart('/'))).ToHashSet();
    }

    /// <summary>Names of all packages that it has something of, be it no more than configuration files.</summary>
    public IReadOnlySet<string> ReadNames()
    {
        const string field = "Package: ";
        return ReadLines("status").Where(line => line.StartsWith(field, StringComparison.Ordinal)).Select(line => line[field.Length..]).ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>Paths on which there are triggers.</summary>
    public IReadOnlyList<string> ReadInterests() =>
        [.. ReadLines("triggers/File").Select(line => line[..Math.Max(0, line.LastIndexOf(' '))]).Where(path => path.Length > 0)];

    /// <summary>Enters packages as unpacked.</summary>
    public void Add(IReadOnlyList<NewPackage> packages)
    {
        using var info = root.OpenDirectoryInRoot("var/lib/dpkg/info"u8);
        var status = new StringBuilder();
        foreach (var (file, control, contents) in packages)
        {
            foreach (var part in control.Files.Where(part => part.Name != "control"))
                Write(info, $"{control.QualifiedName}.{part.Name}", part.Content, part.Mode);
            Write(info, $"{control.QualifiedName}.list", ListOf(contents), FileMode);
            status.Append(StanzaOf(file, control)).Append('\n');
            AddInterests(control);
        }
        Append("status", status.ToString());
        if (root.StatInRoot(Path("info/format")) is null)
            Write(info, "format", "1\n"u8, FileMode);
    }

    static byte[] ListOf(PackageContents contents)
    {
        using var list = new MemoryStream();
        foreach (var path in contents.Paths)
        {
            list.WriteByte((byte)'/');
            list.Write(path.Span.IsEmpty ? "."u8 : path.Span);
            list.WriteByte((byte)'\n');
        }
        return list.ToArray();
    }

    static string StanzaOf(CachedPackage file, PackageControl control)
    {
        var stanza = new StringBuilder();
        foreach (var line in control.Text.Split('\n').Where(line => line.Length > 0))
            stanza.Append(line).Append('\n');
        stanza.Append("Status: install ok unpacked\n");
        var configuration = control.LinesOf("conffiles").ToList();
        if (configuration.Count == 0)
            return stanza.ToString();
        var digests = PackageContents.Digest(file, configuration.Select(path => ByteString.FromText(path.TrimStart('/'))).ToHashSet());
        stanza.Append("Conffiles:\n");
        foreach (var path in configuration)
            stanza.Append(' ').Append(path).Append(' ').Append(digests[ByteString.FromText(path.TrimStart('/'))]).Append('\n');
        return stanza.ToString();
    }

    void AddInterests(PackageControl control)
    {
        foreach (var words in control.LinesOf("triggers").Select(line => line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)))
        {
            if (words is not [var directive, var trigger] || !directive.StartsWith("interest", StringComparison.Ordinal))
                continue;
            var who = directive == "interest-noawait" ? $"{control.QualifiedName}/noawait" : control.QualifiedName;
            if (trigger[0] == '/')
                Append("triggers/File", $"{trigger} {who}\n");
            else
                Append($"triggers/{trigger}", $"{who}\n");
        }
    }

    IEnumerable<string> ReadLines(string name)
    {
        if (root.StatInRoot(Path(name)) is not { Kind: FileKind.Regular })
            return [];
        using var reader = new StreamReader(root.OpenReadInRoot(Path(name)));
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    void Append(string name, string text)
    {
        var path = Path(name);
        if (root.StatInRoot(path) is null)
        {
            using var directory = root.OpenDirectoryInRoot(BytePath.ParentOf(path));
            Write(directory, System.IO.Path.GetFileName(name), Encoding.UTF8.GetBytes(text), FileMode);
            return;
        }
        using var file = root.OpenAppendInRoot(path);
        file.Write(Encoding.UTF8.GetBytes(text));
    }

    static void Write(DirectoryHandle directory, string name, ReadOnlySpan<byte> content, uint mode)
    {
        using var file = directory.CreateBeneath(Encoding.UTF8.GetBytes(name), Permissions.OwnerFile);
        file.Write(content);
        file.SetPermissions(mode);
    }

    static byte[] Path(string name) => Encoding.UTF8.GetBytes($"var/lib/dpkg/{name}");
}
