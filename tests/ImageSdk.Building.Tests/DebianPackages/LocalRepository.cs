using System.Security.Cryptography;
using System.Text;
using ImageSdk.Archives;
using ImageSdk.Attestations;
using ImageSdk.Contracts.Projects;

namespace ImageSdk.Building.Tests.DebianPackages;

/// <summary>A folder of packages that an image takes instead of Debian's: what is in it is the test's own affair, and solving is fast.</summary>
sealed class LocalRepository(string folder)
{
    const string MountPoint = "/srv/repository";

    readonly SortedDictionary<string, string> stanzas = new(StringComparer.Ordinal);
    int number;

    /// <summary>Where its packages lie.</summary>
    public string Folder { get; } = Path.Combine(folder, "pool");

    /// <summary>What the configuration file of packages says that are added from now on.</summary>
    public string Setting { get; set; } = "setting";

    /// <summary>Of packages that are added from now on.</summary>
    public string Architecture { get; set; } = "all";

    /// <summary>Adds a package, or a version of one.</summary>
    /// <param name="fields">More of its control file, a line each.</param>
    /// <param name="scripts">Maintainer scripts: name and text.</param>
    public void Add(string name, string version = "1", string fields = "", params ReadOnlySpan<(string Name, string Text)> scripts)
    {
        var tree = Path.Combine(folder, "trees", $"{++number}");
        ImageWorkspace.Write(tree, $"usr/share/{name}/version", version + "\n");
        ImageWorkspace.Write(tree, $"etc/{name}.conf", Setting + "\n");
        ImageWorkspace.Write(tree, "DEBIAN/conffiles", $"/etc/{name}.conf\n");
        ImageWorkspace.Write(tree, "DEBIAN/md5sums", $"{Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes(version + "\n")))}  usr/share/{name}/version\n");
        var control = $"Package: {name}\nVersion: {version}\nArchitecture: {Architecture}\nMaintainer: Nobody <nobody@example.org>\nDescription: sample\n{fields}";
        control = control.EndsWith('\n') ? control : control + "\n";
        ImageWorkspace.Write(tree, "DEBIAN/control", control);
        foreach (var (script, text) in scripts)
            ImageWorkspace.Write(tree, $"DEBIAN/{script}", text, executable: script != "triggers");
        var file = Path.Combine(folder, "pool", Architecture == "all" ? $"{name}_{version}.deb" : $"{name}_{version}_{Architecture}.deb");
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        SamplePackage.Run("dpkg-deb", "--root-owner-group", "-Zxz", "--build", tree, file);
        stanzas[$"{name} {version} {Architecture}"] =
            $"{control}Filename: ./{Path.GetFileName(file)}\nSize: {new FileInfo(file).Length}\nSHA256: {Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file)))}\n";
        File.WriteAllText(Path.Combine(folder, "pool", "Packages"), string.Join('\n', stanzas.Values));
    }

    /// <summary>Gives a package that was added other files, which dpkg-deb would not pack.</summary>
    public void Replace(string name, byte[] data)
    {
        var (key, stanza) = stanzas.Single(entry => entry.Key.StartsWith($"{name} ", StringComparison.Ordinal));
        var file = Path.Combine(Folder, $"{name}_1.deb");
        var content = new MemoryStream();
        using (var original = File.OpenRead(file))
        {
            content.Write(DebArchive.Magic);
            foreach (var member in DebArchive.ReadMembers(original))
            {
                var isData = member.Name.StartsWith("data.tar", StringComparison.Ordinal);
                var part = isData ? data : new byte[member.Length];
                original.Position = member.Start;
                if (!isData)
                    original.ReadExactly(part);
                content.Write(DebArchive.WriteHeader(isData ? "data.tar" : member.Name, part.Length));
                content.Write(part);
                if (part.Length % 2 == 1)
                    content.Write("\n"u8);
            }
        }
        File.WriteAllBytes(file, content.ToArray());
        var end = stanza.IndexOf("\nSize: ", StringComparison.Ordinal);
        stanzas[key] = $"{stanza[..end]}\nSize: {content.Length}\nSHA256: {Convert.ToHexStringLower(SHA256.HashData(content.ToArray()))}\n";
        File.WriteAllText(Path.Combine(folder, "pool", "Packages"), string.Join('\n', stanzas.Values));
    }

    /// <summary>Lets a project take its packages from here, and from nowhere else.</summary>
    public ImageProject Use(ImageProject project, string manifestDirectory)
    {
        ImageWorkspace.Write(manifestDirectory, "files/etc/apt/sources.list", $"deb [trusted=yes] file:{MountPoint} ./\n");
        return project with { Sandbox = project.Sandbox with { BindMounts = [new BindMount(Path.Combine(folder, "pool"), MountPoint)] } };
    }
}
