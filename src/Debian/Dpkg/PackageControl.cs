using System.Text;
using ImageSdk.Archives;
using ImageSdk.Packages.Cache;

namespace ImageSdk.Debian.Dpkg;

/// <summary>A file that a package has for dpkg: a maintainer script, a list.</summary>
/// <param name="Name">"preinst", "md5sums".</param>
/// <param name="Mode">Permission bits.</param>
readonly record struct ControlFile(string Name, uint Mode, byte[] Content);

/// <summary>What a package tells dpkg: its fields and the files beside them (deb(5), deb-control(5)).</summary>
sealed class PackageControl
{
    // The largest one of Debian has less than a megabyte.
    const long LongestFile = 64 << 20;

    readonly Dictionary<string, string> fields = new(StringComparer.OrdinalIgnoreCase);

    PackageControl(IReadOnlyList<ControlFile> files)
    {
        Files = files;
        Text = TextOf("control") ?? throw new InvalidDataException("it has no control file");
        var last = "";
        foreach (var line in Text.Split('\n'))
        {
            if (line.Length > 0 && line[0] is ' ' or '\t')
                fields[last] += $"\n{line}";
            else if (line.IndexOf(':') is > 0 and var colon)
                fields[last = line[..colon]] = line[(colon + 1)..].Trim();
        }
    }

    /// <summary>All files of control.tar, the file "control" among them.</summary>
    public IReadOnlyList<ControlFile> Files { get; }

    /// <summary>The fields as they are written.</summary>
    public string Text { get; }

    public string Package => this["Package"];

    /// <summary>How dpkg names the package's files: with the architecture where several may be installed at once.</summary>
    public string QualifiedName => this["Multi-Arch"] == "same" ? $"{Package}:{this["Architecture"]}" : Package;

    /// <summary>A field; empty where there is none.</summary>
    public string this[string field] => fields.GetValueOrDefault(field, "");

    /// <summary>A file's text; null where there is none of that name.</summary>
    public string? TextOf(string name)
    {
        foreach (var file in Files)
            if (file.Name == name)
                return Encoding.UTF8.GetString(file.Content);
        return null;
    }

    /// <summary>The lines of a file that say something.</summary>
    public IEnumerable<string> LinesOf(string name) => (TextOf(name) ?? "").Split('\n')
        .Select(line => line.Trim()).Where(line => line.Length > 0 && line[0] != '#');

    /// <summary>The paths whose change it waits for.</summary>
    public IEnumerable<string> FileInterests =>
        LinesOf("triggers").Where(line => line.StartsWith("interest", StringComparison.Ordinal) && line.Contains('/')).Select(line => line[line.IndexOf('/')..]);

    /// <exception cref="InvalidDataException">The package is damaged.</exception>
    public static PackageControl Read(CachedPackage package)
    {
        using var file = File.OpenRead(package.File);
        var member = DebArchive.Find(DebArchive.ReadMembers(file), "control.tar")!.Value;
        var reader = new TarFileReader(new FileRange(file.SafeFileHandle, member.Start, member.Length));
        var files = new List<ControlFile>();
        while (reader.Read() is { } entry)
        {
            var name = Encoding.UTF8.GetString(PackageContents.Trim(entry.Name.Span));
            if (entry.Type is not ('0' or '\0') || name.Length == 0)
                continue;
            // They become names of files in dpkg's database.
            if (name.Contains('/') || entry.Length > LongestFile)
                throw new InvalidDataException($"it has a control file \"{name}\" of {entry.Length} bytes");
            var content = new byte[entry.Length];
            file.Position = member.Start + entry.Start;
            file.ReadExactly(content);
            files.Add(new(name, entry.Mode, content));
        }
        var control = new PackageControl(files);
        return control.Package == package.Package.Name && control["Architecture"] == package.Package.Architecture
            ? control
            : throw new InvalidDataException($"it says that it is {control.Package} ({control["Architecture"]}) and not {package.Package}");
    }
}
