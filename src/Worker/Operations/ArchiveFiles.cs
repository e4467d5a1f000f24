using System.Text;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Projects;
using ImageSdk.Images;
using ImageSdk.Posix;
using ImageSdk.Sandbox.Commands;
using ImageSdk.Sandbox.Packagers;
using ImageSdk.Trees;

namespace ImageSdk.Worker.Operations;

/// <summary>
/// The files that make an archive a source of a root's apt: its key, a deb822 file (sources.list(5)) that believes that key alone, and a pin
/// where there is one (apt_preferences(5)).
/// </summary>
static class ArchiveFiles
{
    const string Keyrings = "etc/apt/keyrings", Preferences = "etc/apt/preferences.d", Lists = "var/lib/apt/lists";
    const string SeriesField = "VERSION_CODENAME=", SeriesWord = "{series}";

    /// <exception cref="BuildException">The image has no apt (IMG4396), or does not say which series it is (IMG4397).</exception>
    public static void Add(StageContext context, IReadOnlyList<PackageArchive> archives)
    {
        if (context.Handle.StatInRoot("etc/apt"u8) is not { Kind: FileKind.Directory })
            throw new BuildException("IMG4396", $"Archive {archives[0].Name} cannot be added: the image has no apt (/etc/apt). ImagePackageArchive items are for images of Debian and Ubuntu.", archives[0].File);
        foreach (var archive in archives)
        {
            var key = $"{Keyrings}/{archive.FileName}.gpg";
            Write(context.Handle, key, Convert.FromBase64String(archive.Key));
            Write(context.Handle, $"{DeclaredArchive.Folder}/{archive.FileName}.sources", Describe(archive, key, SuitesOf(context.Handle, archive)));
            if (archive.PinPriority is { } priority)
                Write(context.Handle, PinOf(archive), Encoding.UTF8.GetBytes($"Package: *\nPin: {PinnedBy(archive)}\nPin-Priority: {priority}\n"));
            context.Log($"Added archive {archive.Name}");
        }
    }

    /// <summary>Removes these files again, apt's lists of the archive, and a folder for keys that the image did not have.</summary>
    public static void Remove(StageContext context, IReadOnlyList<PackageArchive> archives)
    {
        foreach (var archive in archives)
        {
            foreach (var path in new[] { $"{Keyrings}/{archive.FileName}.gpg", $"{DeclaredArchive.Folder}/{archive.FileName}.sources", PinOf(archive) })
                RemoveFrom(context.Handle, Path.GetDirectoryName(path)!, name => name == Path.GetFileName(path));
            foreach (var uri in archive.Uris)
                RemoveFrom(context.Handle, Lists, name => name.StartsWith(ListPrefix(uri), StringComparison.Ordinal));
            context.Log($"Removed archive {archive.Name}");
        }
        if (context.Handle.StatInRoot(Encoding.UTF8.GetBytes(Keyrings)) is not { Kind: FileKind.Directory } || RootFile.HasNames(context.Handle, Keyrings)
            || RootFile.TryReadText(context.Handle, "var/lib/dpkg/info/apt.list")?.Split('\n').Contains('/' + Keyrings) == true)
            return;
        using var apt = context.Handle.OpenDirectoryInRoot("etc/apt"u8);
        apt.RemoveTree("keyrings"u8);
    }

    static byte[] Describe(PackageArchive archive, string key, IReadOnlyList<string> suites)
    {
        var text = new StringBuilder($"{DeclaredArchive.Mark}{archive.Name}\nTypes: deb\nURIs: {string.Join(' ', archive.Uris)}\nSuites: {string.Join(' ', suites)}\n");
        if (!suites[0].EndsWith('/'))
            text.Append($"Components: {(archive.Components.Count > 0 ? string.Join(' ', archive.Components) : "main")}\n");
        if (archive.Architectures.Count > 0)
            text.Append($"Architectures: {string.Join(' ', archive.Architectures)}\n");
        return Encoding.UTF8.GetBytes(text.Append($"Signed-By: /{key}\n").ToString());
    }

    static IReadOnlyList<string> SuitesOf(DirectoryHandle root, PackageArchive archive)
    {
        if (archive.Suites.Count > 0 && !archive.Suites.Any(suite => suite.Contains(SeriesWord, StringComparison.Ordinal)))
            return archive.Suites;
        var series = (RootFile.TryReadText(root, "etc/os-release") ?? RootFile.TryReadText(root, "usr/lib/os-release") ?? "").Split('\n')
            .FirstOrDefault(line => line.StartsWith(SeriesField, StringComparison.Ordinal))?[SeriesField.Length..].Trim('"', ' ');
        if (string.IsNullOrEmpty(series))
            throw new BuildException("IMG4397", $"Archive {archive.Name} has no suite, and the image does not say which series it is (VERSION_CODENAME in /etc/os-release). Set Suites.", archive.File);
        return archive.Suites.Count == 0 ? [series] : [.. archive.Suites.Select(suite => suite.Replace(SeriesWord, series, StringComparison.Ordinal))];
    }

    // apt has no pin for one address: archives of Launchpad have an origin of their own, others their host's name.
    static string PinnedBy(PackageArchive archive)
    {
        if (!archive.IsPersonal)
            return $"origin \"{new Uri(archive.Uris[0]).Host}\"";
        var parts = archive.Name["ppa:".Length..].Split('/');
        return $"release o=LP-PPA-{parts[0]}{(parts[^1] == "ppa" ? "" : $"-{parts[^1]}")}";
    }

    static string PinOf(PackageArchive archive) => $"{Preferences}/{archive.FileName}.pref";

    // As apt calls its lists: the address without its scheme, and "_" for "/".
    static string ListPrefix(string uri)
    {
        var rest = uri[(uri.IndexOf(':', StringComparison.Ordinal) + 1)..];
        if (rest.StartsWith("//", StringComparison.Ordinal))
            rest = rest[2..];
        return rest.TrimEnd('/').Replace("_", "%5f", StringComparison.Ordinal).Replace('/', '_') + "_";
    }

    static void Write(DirectoryHandle root, string path, byte[] content)
    {
        var directory = Encoding.UTF8.GetBytes(Path.GetDirectoryName(path)!);
        root.MakeDirectoriesInRoot(directory, Permissions.Directory);
        using var parent = root.OpenDirectoryInRoot(directory);
        var name = Encoding.UTF8.GetBytes(Path.GetFileName(path));
        if (parent.TryStat(name) is not null)
            parent.RemoveTree(name);
        using (var file = parent.CreateFile(name, Permissions.File))
            file.Write(content);
        parent.SetPermissions(name, Permissions.File);
    }

    static void RemoveFrom(DirectoryHandle root, string path, Func<string, bool> isRemoved)
    {
        var bytes = Encoding.UTF8.GetBytes(path);
        if (root.StatInRoot(bytes) is not { Kind: FileKind.Directory })
            return;
        using var directory = root.OpenDirectoryInRoot(bytes);
        foreach (var name in directory.ReadNames().Where(name => isRemoved(Encoding.UTF8.GetString(name))))
            directory.RemoveTree(name);
    }
}
