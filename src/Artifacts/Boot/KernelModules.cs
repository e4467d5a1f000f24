using System.Text;
using ImageSdk.Images;
using ImageSdk.Posix;

namespace ImageSdk.Artifacts.Boot;

/// <summary>Modules of the image's kernel, with those that they need.</summary>
sealed class KernelModules
{
    readonly FileSystem tree;
    readonly DirectoryHandle root;
    readonly string directory;
    readonly string user;
    readonly Dictionary<string, string> lines = [];
    readonly HashSet<string> builtIn = [];

    /// <param name="version">That of the kernel, as its modules' directory is named.</param>
    /// <param name="user">What needs modules, for messages: "a live system".</param>
    /// <exception cref="ArtifactException">IMG6030: the image does not have the kernel's modules.</exception>
    public KernelModules(FileSystem tree, DirectoryHandle root, string version, string user)
    {
        this.user = user;
        this.tree = tree;
        this.root = root;
        directory = version.Length > 0 && TreePaths.Resolve(tree, $"/lib/modules/{version}") is { } found
            ? found.ToString()
            : throw new ArtifactException("IMG6030", $"The image has no modules for its kernel \"{version}\" in /lib/modules. Install the kernel as a package, or put the modules there.");
        foreach (var line in ReadLines("modules.dep"))
            if (line.IndexOf(':') is > 0 and var colon)
                lines.TryAdd(NameOf(line[..colon]), line);
        foreach (var line in ReadLines("modules.builtin"))
            builtIn.Add(NameOf(line));
    }

    /// <summary>The files of modules in the order in which they can be loaded: what they need comes before them.</summary>
    /// <param name="required">By name; those that the kernel has built in are left out.</param>
    /// <param name="useful">By name; those that are not there are left out.</param>
    /// <returns>Paths in the image.</returns>
    /// <exception cref="ArtifactException">IMG6030: a required one is neither there nor built in.</exception>
    public IReadOnlyList<string> InLoadOrder(IReadOnlyList<string> required, IReadOnlyList<string> useful)
    {
        if (required.FirstOrDefault(name => !Has(name)) is { } missing)
            throw new ArtifactException("IMG6030", $"The image's kernel has no module {missing}, which {user} needs. Install another kernel; Debian's linux-image-amd64 has it.");
        var (met, ordered) = (new HashSet<string>(), new List<string>());
        foreach (var name in required.Concat(useful))
            Choose(name);
        return ordered;

        void Choose(string name)
        {
            if (!lines.TryGetValue(NameOf(name), out var line) || !met.Add(NameOf(name)))
                return;
            var colon = line.IndexOf(':');
            foreach (var needed in line[(colon + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries))
                Choose(needed);
            ordered.Add($"{directory}/{line[..colon]}");
        }
    }

    /// <summary>Whether the kernel has a driver or another module, built in or as a file.</summary>
    public bool Has(string name) => lines.ContainsKey(NameOf(name)) || builtIn.Contains(NameOf(name));

    // The kernel does not tell - from _ in them.
    static string NameOf(string path)
    {
        var name = path[(path.LastIndexOf('/') + 1)..];
        var dot = name.IndexOf(".ko", StringComparison.Ordinal);
        return (dot < 0 ? name : name[..dot]).Replace('-', '_');
    }

    IEnumerable<string> ReadLines(string name) =>
        tree.Index.Find($"{directory}/{name}") is RegularInode ? Encoding.UTF8.GetString(Read($"{directory}/{name}")).Split('\n', StringSplitOptions.RemoveEmptyEntries) : [];

    /// <summary>The content of a file that <see cref="InLoadOrder"/> names.</summary>
    public byte[] Read(string path)
    {
        const int most = 256 << 20;
        if (tree.Index.Find(path) is not RegularInode { Size: <= most and var size })
            throw new ArtifactException("IMG6030", $"The image's list of kernel modules names {path}, which is no file of it. Install the kernel's package again.");
        using var file = root.OpenBeneath(Encoding.UTF8.GetBytes(path[1..]));
        var content = new byte[size];
        return file.Read(content) == content.Length ? content : throw new InvalidDataException($"{path} is shorter than the image says.");
    }
}
