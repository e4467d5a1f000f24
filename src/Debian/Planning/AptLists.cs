using System.Security.Cryptography;
using System.Text;
using ImageSdk.Contracts;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Projects;
using ImageSdk.Debian.Dpkg;
using ImageSdk.Images;
using ImageSdk.Packages;
using ImageSdk.Packages.Cache;
using ImageSdk.Posix;
using ImageSdk.Sandbox.Commands;
using ImageSdk.Sandbox.Roots;
using ImageSdk.Trees;

namespace ImageSdk.Debian.Planning;

/// <summary>
/// apt's lists of packages as a layer of their own, shared by all images that have the same sources: an update brings only
/// what is newer, and lists that did not change are neither copied nor hashed again.
/// </summary>
sealed class AptLists(WorkerSession session, PlanCache cache)
{
    /// <summary>Where apt keeps them.</summary>
    public const string Folder = "var/lib/apt/lists";

    /// <summary>The directories that lead to what is in the layer.</summary>
    public static readonly string[] Parents = ["", "var", "var/lib", "var/lib/apt"];

    /// <summary>The lists at hand for these sources; null where there are none.</summary>
    public AptSources? Find(AptSystem system) =>
        cache.FindSources(system.SourcesKey) is { } known && session.Store.Contains(known.Layer) ? known : null;

    /// <summary>Whether the sources have nothing newer.</summary>
    public bool AreCurrent(AptSources lists, IReadOnlyList<BindMount> mounts)
    {
        if (lists.Settings.UpdateHook is not null || lists.Settings.HasOwnNetwork)
            return false;
        var directory = Path.Combine(session.Store.LayerDirectory(lists.Layer), "t", Folder);
        return AptReleaseCheck.AreCurrentAsync(lists.Releases, directory, path => MountedFile.Find(path, mounts), session.Cancellation)
            .GetAwaiter().GetResult();
    }

    /// <summary>
    /// Puts the lists of the latest bootstrap where apt looks for its own. Mostly it is the image's: then the update finds them
    /// signed and current. Of other sources' lists it lets go.
    /// </summary>
    public void Lend(StageContext context)
    {
        using var lists = context.Handle.OpenDirectoryInRoot(Encoding.UTF8.GetBytes(Folder));
        foreach (var file in AptDirectory.FindLatest(session.Store)?.Lists ?? [])
        {
            var name = Encoding.UTF8.GetBytes(Path.GetFileName(file));
            if (lists.TryStat(name) is not null)
                continue;
            using var source = File.OpenRead(file);
            using (var target = lists.CreateFile(name, Permissions.File))
                source.CopyTo(target);
            lists.SetTimes(name, TimeOf(file));
        }

        // apt asks its server for what is newer than the file.
        static PosixTime TimeOf(string file)
        {
            using var directory = DirectoryHandle.Open(Path.GetDirectoryName(file)!);
            return directory.Stat(Encoding.UTF8.GetBytes(Path.GetFileName(file))).Mtime;
        }
    }

    /// <summary>Keeps the lists of an image that was just updated.</summary>
    /// <param name="context">Of a root with those of <paramref name="before"/> below.</param>
    /// <param name="mounts">Where sources that are folders lie.</param>
    /// <param name="areWhole">Whether all sources gave theirs; otherwise the next build does not begin with these.</param>
    public AptSources Keep(AptSystem system, AptSources? before, StageContext context, IReadOnlyList<BindMount> mounts, bool areWhole)
    {
        var digests = Hash(before, context, mounts);
        var digest = CacheKey.Of([.. digests, DescribeParents(context.Handle)]);
        if (before?.Digest == digest)
            return before;
        var id = CacheKey.IdOf(CacheKey.Of("apt lists", digest));
        if (!session.Store.Contains(id))
            MakeLayer(id, digests, context);
        var lists = new AptSources(id, digest, ReadReleases(context), ReadSettings(context), TryRead(context)?.NamesWith("\nEssential: yes\n"u8));
        if (areWhole)
            cache.KeepSources(system.SourcesKey, lists);
        return lists;
    }

    /// <summary>Name and digest of each list. What the update left alone is known from the layer.</summary>
    List<string> Hash(AptSources? before, StageContext context, IReadOnlyList<BindMount> mounts)
    {
        var known = before is null
            ? []
            : session.Store.ReadIndex(before.Layer).Entries.Where(entry => entry.Inode is RegularInode)
                .ToDictionary(entry => entry.Path.ToString(), entry => ((RegularInode)entry.Inode!).Hash.ToString());
        var digests = new List<string>();
        using var lists = context.Handle.OpenDirectoryInRoot(Encoding.UTF8.GetBytes(Folder));
        foreach (var name in lists.ReadNames())
        {
            var path = $"{Folder}/{Encoding.UTF8.GetString(name)}";
            var kind = lists.Stat(name).Kind;
            if (kind == FileKind.Symlink)
                digests.Add($"{path} {HashLinked(lists.ReadLink(name), mounts)}");
            if (kind != FileKind.Regular)
                continue;
            if (!known.TryGetValue(path, out var hash) || File.Exists(Path.Combine(context.Root.Upper, path)))
            {
                using var content = lists.OpenRead(name);
                hash = Convert.ToHexStringLower(SHA512.HashData(content));
                if (content.Length == 0)
                    hash = default(ObjectHash).ToString();
            }
            digests.Add($"{path} {hash}");
        }
        return digests;
    }

    // Of a folder that is not signed apt has no copy, but a link to the list itself, which changes under it.
    static string HashLinked(byte[] target, IReadOnlyList<BindMount> mounts)
    {
        var path = Encoding.UTF8.GetString(target);
        if (!MountedFile.IsMounted(path, mounts) || MountedFile.Find(path, mounts) is var file && !File.Exists(file))
            return path;
        using var content = File.OpenRead(file);
        return Convert.ToHexStringLower(SHA512.HashData(content));
    }

    // The layer says of the directories above the lists what the image does.
    static string DescribeParents(DirectoryHandle root) => string.Join('\n', Parents.Select(path =>
        root.StatInRoot(Encoding.UTF8.GetBytes(path.Length == 0 ? "." : path)) is { } status ? $"{path} {status.Mode} {status.Uid} {status.Gid}" : path));

    void MakeLayer(string id, IReadOnlyList<string> digests, StageContext context)
    {
        using var layer = new StageRoot(session, []);
        using (var target = layer.Open())
        {
            foreach (var path in Parents.Skip(1))
                if (context.Handle.StatInRoot(Encoding.UTF8.GetBytes(path)) is { Kind: FileKind.Directory })
                    target.TryMakeDirectory(Encoding.UTF8.GetBytes(path), Permissions.Directory);
            LayerCopy.CopyTree(context.Handle, target, Encoding.UTF8.GetBytes(Folder));
            foreach (var path in Parents.Reverse())
                LayerCopy.CopyStatus(context.Handle, target, Encoding.UTF8.GetBytes(path.Length == 0 ? "." : path));
        }
        layer.Commit(id, [], $"InstallPackages lists\n{string.Join('\n', digests)}\n", "");
    }

    /// <summary>The lists of a root.</summary>
    /// <returns>Null where apt keeps lists in another form than as text.</returns>
    public static PackageLists? TryRead(StageContext context)
    {
        using var lists = context.Handle.OpenDirectoryInRoot(Encoding.UTF8.GetBytes(Folder));
        return PackageLists.TryRead(lists);
    }

    static List<AptRelease> ReadReleases(StageContext context)
    {
        var (exitCode, lines) = context.QueryInBuildEnvironment(["/usr/bin/apt-get", "--print-uris", "update"]);
        if (exitCode != 0)
            return [];
        var releases = new List<AptRelease>();
        foreach (var words in lines.Where(line => line.StartsWith('\'')).Select(line => line.Split(' ')))
        {
            if (words.Length < 2 || words[1].Contains('/', StringComparison.Ordinal))
                return [];
            if (!words[1].EndsWith("InRelease", StringComparison.Ordinal))
                continue;
            // A source without a signed release is asked by apt alone.
            if (!RootFile.Exists(context.Handle, $"{Folder}/{words[1]}"))
                return [];
            releases.Add(new(words[0].Trim('\''), words[1]));
        }
        return releases;
    }

    public static AptSettings ReadSettings(StageContext context)
    {
        var (exitCode, lines) = context.QueryInBuildEnvironment(["/usr/bin/apt-config", "dump"]);
        return exitCode == 0
            ? AptSettings.Parse(lines)
            : throw new BuildException("IMG4003", $"apt-config failed with exit code {exitCode}. Last output:\n{string.Join('\n', lines.TakeLast(20))}");
    }
}
