using ImageSdk.Building.ArtifactBuilds;
using ImageSdk.Building.Manifests;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Projects;
using ImageSdk.Dominator.Transfer;
using ImageSdk.Images;
using ImageSdk.Trees.Unpacking;

namespace ImageSdk.Building.Remote;

/// <summary>
/// A project that came from another machine, whose author may do less here than its own machine let him. Nothing is believed: each path has
/// to be one of the tree that came along, and nothing that is read may be a link.
/// </summary>
public sealed class ReceivedProject
{
    const string Code = "IMG7367";

    readonly RemoteProject sent;
    readonly FileSystem tree;

    /// <param name="sent">As it came.</param>
    /// <param name="tree">As it came.</param>
    /// <param name="maximumEntries">Files, directories and links of the tree.</param>
    /// <exception cref="BuildException">IMG7367: they are not what a build sends.</exception>
    public ReceivedProject(RemoteProject sent, FileSystem tree, int maximumEntries)
    {
        (this.sent, this.tree) = (sent, tree);
        try
        {
            FileSystemValidator.Validate(tree);
            CheckTree(maximumEntries);
        }
        catch (ImageFormatException problem)
        {
            throw Wrong($"its tree is no proper one: {problem.Message}", problem);
        }
    }

    /// <summary>The objects of its files.</summary>
    public IReadOnlyDictionary<ObjectHash, ulong> Objects => tree.InodeTable.Values.OfType<RegularInode>()
        .Where(file => file.Size > 0).DistinctBy(file => file.Hash).ToDictionary(file => file.Hash, file => file.Size);

    /// <summary>Writes its tree into a directory that is empty.</summary>
    public Task UnpackAsync(IObjectSource objects, string directory, CancellationToken cancellation) =>
        new ImageUnpacker(new SourceFetch(objects), cancellation) { IsValidated = true }.UnpackAsync(tree, directory, setOwners: false);

    public ImageProject Project => sent.Project;

    /// <summary>The project with the paths that it has here.</summary>
    /// <param name="root">Where its tree lies.</param>
    /// <param name="output">Where what is made of it goes.</param>
    /// <param name="settings">Sets what is this machine's alone.</param>
    /// <exception cref="BuildException">IMG7367: it names what its tree has not.</exception>
    public (ImageProject Project, IReadOnlyList<ArtifactRequest> Artifacts) Place(string root, string output, Func<ImageProject, ImageProject> settings)
    {
        var project = sent.Project;
        if (project.ManifestDirectory != RemoteProject.ManifestFolder || project.RemoteCache is not null || project.Source.BuildableStreams.Count > 0 || project.RequestVariables.Count > 0)
            throw Wrong("it has settings of another machine");
        var placed = project with
        {
            ProjectFile = Path.Combine(root, RemoteProject.ManifestFolder, FileName(project.ProjectFile)),
            ManifestDirectory = Path.Combine(root, RemoteProject.ManifestFolder),
            Files = [.. project.Files.Select(file => file with { Source = FileOf(root, file.Source), Owner = file.Owner with { File = PlaceOf(file.Owner.File) } })],
            Trees = [.. project.Trees.Select(item => item with { Directory = DirectoryOf(root, item.Directory), Owner = item.Owner with { File = PlaceOf(item.Owner.File) } })],
            Scripts = [.. project.Scripts.Select(script => script with { File = FileOf(root, script.File) })],
            Tests = [.. project.Tests.Select(test => FileOf(root, test))],
            Settings = project.Settings.WithPlaces(PlaceOf),
            // Keys come with it: a path would be one of this machine.
            Archives = [.. project.Archives.Select(archive => archive with { File = "", KeyFile = "" })],
            Lock = project.Lock is { } locked ? locked with { File = Path.Combine(output, FileName(locked.File)) } : null,
            ImageFile = Path.Combine(output, FileName(project.ImageFile)),
        };
        string PlaceOf(string file) => file.Length == 0 ? "" : Path.Combine(root, RemoteProject.ManifestFolder, Path.GetFileName(file));
        return (settings(placed),
        [
            .. sent.Artifacts.Select(request => request with
            {
                OutputDirectory = output,
                ExtraTrees = [.. request.ExtraTrees.Select(extra => DirectoryOf(root, extra))],
                File = request.File is { } file ? Path.Combine(root, RemoteProject.ManifestFolder, FileName(file)) : null,
            }),
        ]);
    }

    /// <summary>The lock that came along, where it lies here; null for none.</summary>
    public string? FindLock(string root) => sent.Project.Lock is { } locked && Find(locked.File) is RegularInode ? Path.Combine(root, locked.File) : null;

    /// <summary>What the project wants of the machine beyond a sandbox of the usual kind, in words; null for nothing.</summary>
    /// <param name="bindMounts">Directories of the machine that all may see.</param>
    /// <param name="fetches">Whether a root may be fetched from a web server.</param>
    public string? FindDemand(IReadOnlyList<string> bindMounts, bool fetches = false)
    {
        var (project, sandbox) = (sent.Project, sent.Project.Sandbox);
        var isFetched = fetches && project.Bootstrap is { SourceFile.Length: 0, Download: { KeyFile.Length: 0 } download } && IsOfWeb(download.Url)
            && (IsOfWeb(download.Checksums) || !download.Checksums.Contains(':'));
        if (project.Bootstrap is { IsUnpacked: true } && !isFetched)
            return "a root that is unpacked of a file (SourceImageFile, SourceImageUrl)";
        if (project.Bootstrap is { IsUnpacked: false } bootstrap && !(AptBootstrap.Is(bootstrap.Command) && bootstrap.Command.Skip(1).All(IsHarmless)))
            return "a root that another program than the built-in bootstrap makes, or from other places than web servers (BootstrapTool, BootstrapCommand, BootstrapMirror)";
        if (sandbox.BindMounts.FirstOrDefault(mount => mount.Writable || !bindMounts.Contains(mount.Source)) is { } mount)
            return $"the directory {mount.Source} (ImageBindMount)";
        if (sandbox.Capabilities.Count > 0)
            return "more capabilities (ImageCapabilities)";
        if (sandbox.Isolation == NetworkIsolation.Host || sandbox.HostPorts.Count > 0)
            return "the machine's own network (ImageNetwork, ImageHostPorts)";
        return null;
    }

    static bool IsOfWeb(string address) => Uri.TryCreate(address, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps);

    // A line of sources.list may read any directory of the machine.
    static bool IsHarmless(string argument) => argument.Split(' ', '\t').All(word =>
        word.IndexOf(':') is not (> 0 and var colon) || word.StartsWith("http://", StringComparison.Ordinal) || word.StartsWith("https://", StringComparison.Ordinal)
        || word[0] == '-' && !word[colon..].StartsWith(":/", StringComparison.Ordinal));

    void CheckTree(int maximumEntries)
    {
        var count = 0;
        foreach (var (path, number, inode) in tree.Walk())
        {
            if (number is null)
                continue;
            if (++count > maximumEntries)
                throw Wrong($"it has more than {maximumEntries} files");
            var isRight = inode switch
            {
                DirectoryInode directory => (directory.Mode & InodeMode.PermissionMask & ~0x1FFu) == 0 && (directory.Mode & 0x1C0) == 0x1C0,
                RegularInode => true,
                SymlinkInode => IsBelowCopied(path.ToString()),
                _ => false,
            };
            if (!isRight || inode.ExtendedAttributes.Count > 0)
                throw Wrong($"{path} is a link that would be followed, a directory that cannot be entered, or a device");
        }
    }

    // Where the engine takes a link for what it is.
    bool IsBelowCopied(string path) => sent.Project.Trees.Where(tree => tree.Use == ProjectTreeUse.Copy).Select(tree => tree.Directory)
        .Concat(sent.Artifacts.SelectMany(artifact => artifact.ExtraTrees))
        .Any(directory => path.StartsWith($"/{directory}/", StringComparison.Ordinal))
        || path.Split('/') is ["", RemoteProject.ManifestFolder, var component, _, ..] && ProjectTree.IsCopied(component);

    string FileOf(string root, string path) => Find(path) is RegularInode ? Path.Combine(root, path) : throw Wrong($"its tree has no file {path}");

    string DirectoryOf(string root, string path) => Find(path) is DirectoryInode ? Path.Combine(root, path) : throw Wrong($"its tree has no directory {path}");

    // Exact names of the tree: what has "..", or goes through a link, is none.
    Inode? Find(string path) => path.Length > 0 && path[0] != '/' ? tree.Index.Find($"/{path}") : null;

    static string FileName(string path) => Path.GetFileName(path) is { Length: > 0 } name && name is not ("." or "..") && !name.Any(char.IsControl)
        ? name : throw Wrong($"\"{path}\" names no file");

    static BuildException Wrong(string what, Exception? inner = null) =>
        new(Code, $"The project was not taken: {what}. Build with the same version of ImageSdk as the imaginator, or without ImageBuilder.", inner: inner);
}
