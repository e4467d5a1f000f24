using System.Security.Cryptography;
using System.Text;
using ImageSdk.Building.ArtifactBuilds;
using ImageSdk.Building.Manifests;
using ImageSdk.Building.State;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Projects;
using ImageSdk.Images;
using ImageSdk.Posix;
using ImageSdk.Trees.Scanning;

namespace ImageSdk.Building.Remote;

/// <summary>
/// The files of a project as one tree, and the project with the tree's paths. Links stay links only where they become links of the image; all
/// others are what they lead to. Owners and times are left out, as no image has them.
/// </summary>
sealed class ProjectTree(BuildPlan plan, CancellationToken cancellation) : IObjectSource, IDisposable
{
    const uint Enterable = 0x1C0;
    const uint PlainBits = 0x1FF;

    readonly FileSystemBuilder tree = new();
    readonly HashSet<string> folders = new(StringComparer.Ordinal);
    readonly Dictionary<string, string> known = new(StringComparer.Ordinal);
    readonly Dictionary<ObjectHash, string> files = [];
    readonly Dictionary<ObjectHash, DirectoryScanner> scanned = [];
    readonly List<DirectoryScanner> scanners = [];
    int items;

    /// <summary>Objects of the tree's files, with their sizes.</summary>
    public Dictionary<ObjectHash, ulong> Objects { get; } = [];

    /// <summary>By path of the tree, where it lies here.</summary>
    public List<(string InTree, string Here)> Places { get; } = [];

    /// <exception cref="BuildException">A file cannot be read, or cannot be sent.</exception>
    public async Task<(RemoteProject Project, FileSystem Tree)> PackAsync(IReadOnlyList<ArtifactRequest> artifacts)
    {
        var project = plan.Project;
        AddFolder(RemoteProject.ManifestFolder);
        Places.Add((RemoteProject.ManifestFolder, project.ManifestDirectory));
        if (project.UseManifestDirectory)
            await AddManifestAsync(project.ManifestDirectory);
        var packed = project with
        {
            ProjectFile = PlaceOf(project.ProjectFile),
            ManifestDirectory = RemoteProject.ManifestFolder,
            Files = [.. project.Files.Select(file => file with { Source = AddFile(file.Source), Owner = file.Owner with { File = PlaceOf(file.Owner.File) } })],
            Trees = await EachAsync(project.Trees, async item => item with { Directory = await AddDirectoryAsync(item.Directory, item.Use == ProjectTreeUse.Copy), Owner = item.Owner with { File = PlaceOf(item.Owner.File) } }),
            Scripts = [.. project.Scripts.Select(script => script with { File = AddFile(script.File) })],
            Tests = [.. project.Tests.Select(AddFile)],
            Lock = project.Lock is { } locked ? locked with { File = File.Exists(locked.File) ? AddFile(locked.File) : PlaceOf(locked.File) } : null,
            Sandbox = project.Sandbox with { Secrets = [.. project.Sandbox.Secrets.Select(secret => secret with { File = "", EnvironmentVariable = "" })] },
            Origin = new(plan.Manifest.GitBranch, plan.Manifest.GitCommitId, plan.Manifest.GitUrl),
            Archives = [.. project.Archives.Select(archive => archive with { File = "" })],
            Settings = project.Settings.WithPlaces(PlaceOf),
            // What is this machine's alone.
            Source = project.Source with { BuildableStreams = [] },
            RemoteCache = null,
            Cache = new(),
            Store = new("", ""),
            CacheDirectory = "",
            ImageFile = Path.GetFileName(project.ImageFile),
        };
        var requests = await EachAsync(artifacts, async request => request with
        {
            OutputDirectory = "",
            ExtraTrees = await EachAsync(request.ExtraTrees, extra => AddDirectoryAsync(extra, keepsLinks: true)),
            File = request.File is { } file ? PlaceOf(file) : null,
        });
        return (new(packed, requests), tree.Build());
    }

    public Stream OpenRead(ObjectHash hash) => scanned.TryGetValue(hash, out var scanner) ? scanner.OpenRead(hash) : File.OpenRead(files[hash]);

    public void Dispose()
    {
        foreach (var scanner in scanners)
            scanner.Dispose();
    }

    async Task AddManifestAsync(string directory)
    {
        foreach (var name in ManifestComponents.Files)
            if (File.Exists(Path.Combine(directory, name)))
                AddFile(Path.Combine(directory, name), $"{RemoteProject.ManifestFolder}/{name}");
        foreach (var name in ManifestComponents.Folders)
            if (Directory.Exists(Path.Combine(directory, name)))
                await AddDirectoryAsync(Path.Combine(directory, name), $"{RemoteProject.ManifestFolder}/{name}", IsCopied(name));
    }

    /// <summary>Whether links of a component become links of the image.</summary>
    public static bool IsCopied(string component) => ManifestComponents.Trees.Any(tree => tree.Name == component && tree.Use == ProjectTreeUse.Copy);

    // A name of it matters: scripts run in the order of theirs.
    string NextPlace(string path)
    {
        var folder = $"{++items}";
        AddFolder(folder);
        Places.Add((folder, Path.GetDirectoryName(path)!));
        return $"{folder}/{Path.GetFileName(path)}";
    }

    /// <summary>What stands for a path that is not sent.</summary>
    static string PlaceOf(string path) => path.Length == 0 ? "" : $"{RemoteProject.ManifestFolder}/{Path.GetFileName(path)}";

    string AddFile(string path) => known.TryGetValue(path, out var place) ? place : AddFile(path, NextPlace(path));

    string AddFile(string path, string place)
    {
        known[path] = place;
        var (inode, hash) = Read(path);
        if (inode.Size > 0)
            files.TryAdd(hash, path);
        tree.Add($"/{place}", inode);
        return place;
    }

    Task<string> AddDirectoryAsync(string path, bool keepsLinks) =>
        known.TryGetValue(path, out var place) ? Task.FromResult(place) : AddDirectoryAsync(path, NextPlace(path), keepsLinks);

    async Task<string> AddDirectoryAsync(string path, string place, bool keepsLinks)
    {
        known[path] = place;
        AddFolder(place);
        var scanner = new DirectoryScanner(path);
        scanners.Add(scanner);
        var found = await ManifestText.Reading(path, () => scanner.ScanAsync(null, cancellation));
        foreach (var (entryPath, number, inode) in found.Walk())
            if (number is not null)
                AddEntry(scanner, path, $"/{place}", entryPath, inode, keepsLinks);
        return place;
    }

    void AddEntry(DirectoryScanner scanner, string directory, string place, ByteString path, Inode inode, bool keepsLinks)
    {
        cancellation.ThrowIfCancellationRequested();
        var target = new ByteString([.. Encoding.UTF8.GetBytes(place), .. path.Span]);
        switch (inode)
        {
            case DirectoryInode child:
                tree.Add(target, new DirectoryInode { Mode = InodeMode.Directory | child.Mode & PlainBits | Enterable });
                break;
            case RegularInode file:
                if (file.Size > 0)
                    scanned.TryAdd(file.Hash, scanner);
                tree.Add(target, Add(file.Mode, file.Hash, file.Size));
                break;
            case SymlinkInode link when keepsLinks:
                tree.Add(target, new SymlinkInode { Target = link.Target });
                break;
            case SymlinkInode when directory + path is var leading && File.Exists(leading):
                known[leading] = target.ToString()[1..];
                var (led, hash) = Read(leading);
                if (led.Size > 0)
                    files.TryAdd(hash, leading);
                tree.Add(target, led);
                break;
            default:
                throw new BuildException("IMG1360",
                    $"{directory}{path} cannot be sent to the machine that ImageBuilder names: it is a link to no file, or a device. Remove it, or replace it by a file.", directory + path);
        }
    }

    (RegularInode Inode, ObjectHash Hash) Read(string path) => ManifestText.Reading(path, () =>
    {
        using var file = File.OpenRead(path);
        var hash = new ObjectHash(SHA512.HashData(file));
        return (Add(InodeMode.Regular | (uint)File.GetUnixFileMode(file.SafeFileHandle), hash, (ulong)file.Length), hash);
    });

    RegularInode Add(uint mode, ObjectHash hash, ulong size)
    {
        if (size > 0)
            Objects[hash] = size;
        return new() { Mode = mode, Size = size, Hash = size > 0 ? hash : default };
    }

    void AddFolder(string place)
    {
        if (folders.Add(place))
            tree.Add($"/{place}", new DirectoryInode { Mode = InodeMode.Directory | Permissions.Directory });
    }

    static async Task<IReadOnlyList<T>> EachAsync<T>(IReadOnlyList<T> list, Func<T, Task<T>> change)
    {
        var changed = new List<T>();
        foreach (var item in list)
            changed.Add(await change(item));
        return changed;
    }
}
