using System.Text;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Projects;
using ImageSdk.Images.Text;
using ImageSdk.Posix;

namespace ImageSdk.Building.Manifests;

/// <summary>The directory beside a project: its components by name, none where the project does not use it.</summary>
sealed class ManifestDirectory(ImageProject project)
{
    /// <summary>Endings that mean nothing to the name before them.</summary>
    static readonly string[] meaninglessEndings = [".json", ".txt", ".list", ".lst"];

    readonly string directory = project.ManifestDirectory;

    /// <summary>Path of a component that is a file; null where there is none.</summary>
    /// <exception cref="BuildException">It is something else (IMG1152).</exception>
    public string? File(string name) => Find(name, FileKind.Regular, "a file");

    /// <summary>Path of a component that is a directory; null where there is none.</summary>
    /// <inheritdoc cref="File"/>
    public string? Folder(string name) => Find(name, FileKind.Directory, "a directory");

    string? Find(string name, FileKind wanted, string expected)
    {
        if (!project.UseManifestDirectory)
            return null;
        var path = Path.Combine(directory, name);
        var kind = KindOf(path);
        return kind == wanted ? path
            : kind is null ? null
            : throw new BuildException("IMG1152", $"{path} is {Describe(kind.Value)}; {name} must be {expected}. Rename or remove it.", path);
    }

    /// <summary>What a name leads to, through links; null where it is not there.</summary>
    public static FileKind? KindOf(string path)
    {
        var info = new FileInfo(path);
        try
        {
            // ELOOP and targets that are not there.
            var end = info.LinkTarget is null ? path : info.ResolveLinkTarget(returnFinalTarget: true)!.FullName;
            using var parent = DirectoryHandle.Open(Path.GetDirectoryName(end)!);
            return parent.TryStat(Encoding.UTF8.GetBytes(Path.GetFileName(end)))?.Kind ?? (info.LinkTarget is null ? null : FileKind.Symlink);
        }
        catch (PosixException exception) when (exception.IsNotFound)
        {
            return info.LinkTarget is null ? null : FileKind.Symlink;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw ManifestText.Unreadable(path, exception);
        }
    }

    static string Describe(FileKind kind) => kind switch
    {
        FileKind.Regular => "a file",
        FileKind.Directory => "a directory",
        FileKind.Symlink => "a link that leads nowhere",
        FileKind.Fifo => "a named pipe",
        FileKind.Socket => "a socket",
        _ => "a device",
    };

    /// <summary>Warns of names that are near to that of a component, and are none.</summary>
    public void WarnOfNearNames(IBuildListener listener)
    {
        if (!project.UseManifestDirectory)
            return;
        string[] known = [.. ManifestComponents.Files, .. ManifestComponents.Folders];
        var named = NamedByProject();
        foreach (var path in ManifestText.Reading(directory, () => Directory.GetFileSystemEntries(directory)).Order(StringComparer.Ordinal))
        {
            var name = Path.GetFileName(path);
            if (name.StartsWith('.') || known.Contains(name) || name is "bin" or "obj" || name.EndsWith("proj", StringComparison.Ordinal) || named.Contains(path))
                continue;
            if (Nearest(name, known) is { } nearest)
                listener.Report(new(DiagnosticSeverity.Warning, "IMG1151",
                    $"{name} is no component of a manifest and is not used. If \"{nearest}\" is meant, rename it; if not, give it a name that begins with \".\", or name it in an item.", path));
        }
    }

    static string? Nearest(string name, IReadOnlyList<string> known)
    {
        var plain = Plain(name);
        string[] plainKnown = [.. known.Select(Plain)];
        var index = Array.IndexOf(plainKnown, plain);
        return index >= 0 ? known[index] : NearNames.Find(plain, plainKnown) is { } nearest ? known[Array.IndexOf(plainKnown, nearest)] : null;
    }

    static string Plain(string name)
    {
        var plain = name.ToLowerInvariant().Replace('_', '-').Replace(' ', '-');
        var ending = Array.Find(meaninglessEndings, plain.EndsWith);
        return ending is null ? plain : plain[..^ending.Length];
    }

    HashSet<string> NamedByProject() =>
    [
        .. project.Trees.Select(tree => tree.Directory), .. project.Files.Select(file => file.Source), .. project.Scripts.Select(script => script.File),
        .. project.Tests, .. project.Sandbox.BindMounts.Select(mount => mount.Source), .. project.Sandbox.Secrets.Select(secret => secret.File ?? ""),
    ];
}
