using System.Security.Cryptography;
using System.Text;
using ImageSdk.Contracts.Messages;
using ImageSdk.Contracts.Projects;
using ImageSdk.Images;
using ImageSdk.Layers;
using ImageSdk.Posix;

namespace ImageSdk.Packages.Cache;

/// <summary>
/// A state of apt's own for some sources, kept between builds: the host's apt works in it as if it were a system's root,
/// and neither reads nor changes the host's configuration.
/// <code>
/// apt/KEY/etc/apt/sources.list    the sources
/// apt/KEY/var/lib/apt/lists/      the verified package lists
/// apt/KEY/resolutions/KEY.json    what was worked out from them
/// apt/KEY/used                    empty; its time is when a build last used them
/// </code>
/// </summary>
sealed class AptDirectory(string path)
{
    public AptDirectory(LayerStore store, string key) : this(Path.Combine(RootOf(store), key))
    {
    }

    /// <summary>Where the directories of all sources lie.</summary>
    public static string RootOf(LayerStore store) => Path.Combine(store.Root, "apt");

    public string Root { get; } = path;

    public string ConfigurationFile => Path.Combine(Root, "apt.conf");

    public string StatusFile => Path.Combine(Root, "var/lib/dpkg/status");

    public string ExtendedStatesFile => Path.Combine(Root, "var/lib/apt/extended_states");

    public string UsedFile => Path.Combine(Root, "used");

    /// <summary>Whose lists were used last; null where there are none.</summary>
    public static AptDirectory? FindLatest(LayerStore store) => !Directory.Exists(RootOf(store))
        ? null
        : Directory.EnumerateDirectories(RootOf(store)).Select(path => new AptDirectory(path)).Where(directory => File.Exists(directory.UsedFile))
            .MaxBy(directory => File.GetLastWriteTimeUtc(directory.UsedFile));

    /// <summary>The verified lists and what they are signed with.</summary>
    public IEnumerable<string> Lists => Directory.Exists(ListsDirectory)
        ? Directory.EnumerateFiles(ListsDirectory).Where(file => Path.GetFileName(file) is not "lock")
        : [];

    public string ListsDirectory => Path.Combine(Root, "var/lib/apt/lists");

    public string ResolutionFile(string key) => Path.Combine(Root, "resolutions", $"{key}.json");

    /// <summary>Makes what apt needs. What is there already stays.</summary>
    public void Prepare(AptBootstrap bootstrap)
    {
        foreach (var directory in new[]
        {
            "etc/apt/apt.conf.d", "etc/apt/preferences.d", "etc/apt/sources.list.d", "etc/apt/trusted.gpg.d",
            "var/lib/apt/lists/partial", "var/lib/dpkg", "var/cache/apt", "resolutions",
        })
            Directory.CreateDirectory(Path.Combine(Root, directory));
        AtomicFile.WriteWhenDifferent(Path.Combine(Root, "etc/apt/sources.list"), bootstrap.SourcesList());
        AtomicFile.WriteWhenDifferent(ConfigurationFile, Configuration(bootstrap.Architecture));
        CopyKeyrings(bootstrap.Distribution);
        File.WriteAllText(UsedFile, "");
        Clear();
    }

    /// <summary>Empties what one resolution leaves, so that the next starts from nothing.</summary>
    public void Clear()
    {
        File.WriteAllText(StatusFile, "");
        File.Delete(ExtendedStatesFile);
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Root, "var/cache/apt")))
            File.Delete(file);
    }

    // As mmdebstrap has it, but for the digests that the cache of packages goes by. apt gives
    // up its rights for another user's only where that one can reach the folder.
    string Configuration(string architecture) =>
        $"""
        APT::Architecture "{architecture}";
        APT::Architectures "{architecture}";
        APT::Install-Recommends "false";
        APT::Sandbox::User "{(IsReachable(Root) ? "_apt" : "root")}";
        Acquire::Languages "none";
        Acquire::ForceHash "SHA256";
        Dir "{Root}";
        Dir::State::Status "{StatusFile}";
        Dir::Log "/dev/null";
        Debug::NoLocking "true";
        pkgCacheGen::ForceEssential ",";

        """;

    static bool IsReachable(string directory)
    {
        if (WorkerEnvironment.IsRootless)
            return false;
        for (var folder = new DirectoryInfo(directory); folder is not null; folder = folder.Parent)
            if (folder.Exists && (folder.UnixFileMode & UnixFileMode.OtherExecute) == 0)
                return false;
        return true;
    }

    /// <summary>Where the package with a distribution's keys puts them on the machine.</summary>
    public static string KeyringOf(string distribution) => $"/usr/share/keyrings/{distribution}-archive-keyring.gpg";

    // Whom the host's apt trusts, and the distribution's own keys where their package is installed.
    void CopyKeyrings(string distribution)
    {
        var trusted = Path.Combine(Root, "etc/apt/trusted.gpg.d");
        var keyrings = new List<string> { KeyringOf(distribution), "/etc/apt/trusted.gpg" };
        if (Directory.Exists("/etc/apt/trusted.gpg.d"))
            keyrings.AddRange(Directory.EnumerateFiles("/etc/apt/trusted.gpg.d"));
        var kept = new HashSet<string>(StringComparer.Ordinal);
        foreach (var keyring in keyrings.Where(File.Exists))
        {
            var copy = Path.Combine(trusted, Path.GetFileName(keyring));
            kept.Add(copy);
            File.Copy(keyring, copy, overwrite: true);
            File.SetUnixFileMode(copy, (UnixFileMode)Permissions.File);
        }
        foreach (var file in Directory.EnumerateFiles(trusted).Where(file => !kept.Contains(file)))
            File.Delete(file);
    }

    /// <returns>Null where apt keeps lists in another form than as text.</returns>
    public PackageLists? ReadLists()
    {
        using var lists = DirectoryHandle.Open(ListsDirectory);
        return PackageLists.TryRead(lists);
    }

    /// <summary>Digest of all package lists.</summary>
    public string DigestLists()
    {
        using var hasher = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in Directory.EnumerateFiles(ListsDirectory).Order(StringComparer.Ordinal))
        {
            hasher.AppendData(Encoding.UTF8.GetBytes($"{Path.GetFileName(file)}\0"));
            using var content = File.OpenRead(file);
            hasher.AppendData(SHA256.HashData(content));
        }
        return Convert.ToHexStringLower(hasher.GetHashAndReset());
    }
}
