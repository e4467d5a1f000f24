using ImageSdk.Contracts.Settings;
using ImageSdk.Contracts.Stages;
using ImageSdk.Storage;

namespace ImageSdk.Contracts.Projects;

/// <summary>
/// An image project as MSBuild evaluated it: every property and item that says something about the image, before the
/// manifest directory is read and merged in. All paths are absolute.
/// </summary>
public sealed record ImageProject
{
    /// <summary>The .imgproj; errors that have no better place point here.</summary>
    public required string ProjectFile { get; init; }

    /// <summary>Where the conventional files and directories (manifest, files/, scripts/…) lie.</summary>
    public required string ManifestDirectory { get; init; }

    /// <summary>Whether the conventional files and directories are picked up.</summary>
    public bool UseManifestDirectory { get; init; } = true;

    /// <summary>Name of the image stream, for instance "base/debian-12/amd64".</summary>
    public required string Stream { get; init; }

    /// <summary>In the field's words: amd64, arm64.</summary>
    public required string Architecture { get; init; }

    public SourceSettings Source { get; init; } = new();

    /// <summary>Null where the image is built from a source image.</summary>
    public BootstrapSettings? Bootstrap { get; init; }

    /// <summary>Packager types by name, beside the built-in ones.</summary>
    public IReadOnlyList<PackagerType> PackagerTypes { get; init; } = [];

    /// <summary>Stream variables, in order; a later one of the same name wins.</summary>
    public IReadOnlyList<NamedValue> Variables { get; init; } = [];

    /// <summary>Variables of a request for the image: they count more than all others, and are not expanded. Empty ones do not count.</summary>
    public IReadOnlyList<NamedValue> RequestVariables { get; init; } = [];

    /// <summary>Where the manifest directory comes from, for who has brought it; null to look at the directory itself.</summary>
    public ManifestOrigin? Origin { get; init; }

    public IReadOnlyList<string> Packages { get; init; } = [];

    /// <summary>Archives of packages beside the image's own, for apt.</summary>
    public IReadOnlyList<PackageArchive> Archives { get; init; } = [];

    public LaunchpadSettings Launchpad { get; init; } = new();

    public IReadOnlyList<ProjectFileItem> Files { get; init; } = [];

    public IReadOnlyList<ProjectTreeItem> Trees { get; init; } = [];

    public IReadOnlyList<ProjectScriptItem> Scripts { get; init; } = [];

    public IReadOnlyList<NamedValue> Tags { get; init; } = [];

    public IReadOnlyList<ProjectTriggerItem> Triggers { get; init; } = [];

    /// <summary>Whether the triggers are added to the source image's (triggers.add) or replace them.</summary>
    public bool AddTriggers { get; init; }

    /// <summary>Lines of the image's own filter; null where the project declares none.</summary>
    public IReadOnlyList<string>? FilterLines { get; init; }

    /// <summary>Whether <see cref="FilterLines"/> are added to the source image's (filter.add) or replace them.</summary>
    public bool AddFilter { get; init; }

    public IReadOnlyList<ProjectComputedFileItem> ComputedFiles { get; init; } = [];

    public bool AddComputedFiles { get; init; }

    /// <summary>Expressions of paths that the image leaves out (the manifest's FilterLines).</summary>
    public IReadOnlyList<string> ExcludedPaths { get; init; } = [];

    public IReadOnlyList<string> MtimesCopyFilterLines { get; init; } = [];

    public IReadOnlyList<string> MtimesCopyAddFilterLines { get; init; } = [];

    public IReadOnlyList<string> OwnerUsers { get; init; } = [];

    public IReadOnlyList<string> OwnerGroups { get; init; } = [];

    /// <summary>Test scripts (files), beside those of tests/.</summary>
    public IReadOnlyList<string> Tests { get; init; } = [];

    public SandboxSettings Sandbox { get; init; } = new();

    public InstallationSettings Installation { get; init; } = new();

    /// <summary>Users, units, names and networks of the machine.</summary>
    public MachineSettings Settings { get; init; } = new();

    /// <summary>Null for a project without a lock.</summary>
    public LockSettings? Lock { get; init; }

    /// <summary>A cache that other machines use too; null for none.</summary>
    public RemoteCacheSettings? RemoteCache { get; init; }

    public CacheSettings Cache { get; init; } = new();

    /// <summary>Whether the build works ahead of need. It changes no result.</summary>
    public bool Speculation { get; init; } = true;

    public required StoreSettings Store { get; init; }

    /// <summary>Folder of the layer cache, shared by all projects of a user.</summary>
    public required string CacheDirectory { get; init; }

    /// <summary>The image record that the build makes: bin/…/name.image.</summary>
    public required string ImageFile { get; init; }

    /// <summary>The documents that the build makes beside it, in the words of <see cref="Images.AttestationKinds"/>.</summary>
    public IReadOnlyList<string> Attestations { get; init; } = [];

    /// <summary>Which of the files that the project adds its bills of materials list one by one.</summary>
    public ListedFiles SbomFiles { get; init; }

    /// <summary>
    /// SOURCE_DATE_EPOCH, in seconds since 1970: no time in the image or in what is made of it is later, and nothing tells of the
    /// clock. Null where the project does not ask for that.
    /// </summary>
    public long? SourceDateEpoch { get; init; }

    /// <summary>Who builds, as an address that those know who verify; empty for ImageSdk itself.</summary>
    public string BuilderId { get; init; } = "";
}

public sealed record NamedValue(string Name, string Value);

/// <summary>Where a manifest directory comes from.</summary>
/// <param name="Branch">The branch, tag or commit that was asked for; empty for none.</param>
/// <param name="CommitId">Empty where it is from no repository.</param>
/// <param name="Url">Of the repository, without secrets.</param>
/// <param name="RequestedBranch">What who asked for the image named; empty for nothing.</param>
public sealed record ManifestOrigin(string Branch, string CommitId, string Url, string RequestedBranch = "");

/// <summary>Which image this one is built on.</summary>
public sealed record SourceSettings
{
    /// <summary>Stream name; empty where the manifest file or a project reference says it. Variables are expanded.</summary>
    public string Stream { get; init; } = "";

    /// <summary>Whether <see cref="Stream"/> stands in place of what the manifest says of its source, for who has the source already.</summary>
    public bool ReplacesManifest { get; init; }

    public string GitCommitId { get; init; } = "";

    /// <summary>Tag key and the values one of which an image must have.</summary>
    public IReadOnlyList<NamedValue> TagsToMatch { get; init; } = [];

    public IReadOnlyList<NamedValue> BuildVariables { get; init; } = [];

    /// <summary>Zero for any age; null for the default of one hour, past which a source is rebuilt where that is possible.</summary>
    public TimeSpan? MaxAge { get; init; }

    /// <summary>Streams that can be built, and the project that builds each.</summary>
    public IReadOnlyList<NamedValue> BuildableStreams { get; init; } = [];
}

/// <summary>How a root is made that stands on no other image.</summary>
public sealed record BootstrapSettings
{
    /// <summary>The command and its arguments, with $dir and $ARCH unexpanded. Runs on the host, not in the image. Empty where a file is unpacked.</summary>
    public IReadOnlyList<string> Command { get; init; } = [];

    /// <summary>A disk image or an archive that is unpacked instead; empty for none.</summary>
    public string SourceFile { get; init; } = "";

    /// <summary>A file that is fetched first and unpacked then; null for none.</summary>
    public SourceDownload? Download { get; init; }

    /// <summary>Whether a file is unpacked rather than a command run.</summary>
    internal bool IsUnpacked => SourceFile.Length > 0 || Download is not null;

    /// <summary>Name of the packager type that the image gets.</summary>
    public required string PackagerType { get; init; }
}

/// <summary>How an image's native packages are handled; becomes /bin/generic-packager in bootstrap images.</summary>
public sealed record PackagerType
{
    public required string Name { get; init; }
    public IReadOnlyList<string> CleanCommand { get; init; } = [];
    public IReadOnlyList<string> CleanPatterns { get; init; } = [];
    public IReadOnlyList<string> InstallCommand { get; init; } = [];
    public IReadOnlyList<string> ListCommand { get; init; } = [];

    /// <summary>Bytes a unit of the sizes that ListCommand prints.</summary>
    public ulong ListSizeMultiplier { get; init; } = 1;

    public IReadOnlyList<string> RemoveCommand { get; init; } = [];
    public IReadOnlyList<string> UpdateCommand { get; init; } = [];
    public IReadOnlyList<string> UpgradeCommand { get; init; } = [];
    public IReadOnlyList<string> Verbatim { get; init; } = [];
}

/// <summary>One file put into the image.</summary>
/// <param name="TargetPath">Absolute path in the image.</param>
/// <param name="Stage">One of the kind <see cref="StageKind.Files"/>.</param>
/// <param name="Mode">Permission bits in octal, or empty for those of the source file.</param>
public sealed record ProjectFileItem(string Source, string TargetPath, ImageStage Stage, string Mode = "")
{
    /// <summary>Its mode is said by <see cref="Mode"/>.</summary>
    public FileOwner Owner { get; init; } = new();
}

/// <summary>A directory whose content goes into the image.</summary>
/// <param name="Stage">One of the kind <see cref="StageKind.Files"/>.</param>
public sealed record ProjectTreeItem(string Directory, ImageStage Stage, ProjectTreeUse Use = ProjectTreeUse.Copy)
{
    /// <summary>The directory of the image below which the content goes, an absolute path; empty for the image's root.</summary>
    public string TargetPath { get; init; } = "";

    /// <summary>To whom what is made belongs.</summary>
    public FileOwner Owner { get; init; } = new();

    /// <summary>Whether the project's own trees of the stage go over it: it comes of a profile.</summary>
    public bool ComesFirst { get; init; }

    /// <summary>Which file of the tree becomes a path of the image; null where none does.</summary>
    /// <param name="path">Of the image, without a leading slash.</param>
    internal string? SourceOf(string path)
    {
        var target = TargetPath.Trim('/');
        if (target.Length == 0)
            return Path.Combine(Directory, path);
        return path == target ? Directory : path.StartsWith(target + '/', StringComparison.Ordinal) ? Path.Combine(Directory, path[(target.Length + 1)..]) : null;
    }
}

public enum ProjectTreeUse
{
    /// <summary>Its content is laid over the image's root.</summary>
    Copy,

    /// <summary>Its files are appended to those of the image.</summary>
    Append,

    /// <summary>Its files are templates over the build's variables.</summary>
    Template,
}

/// <summary>A script run in the image. Scripts of a stage run in version order of their names, with those of the directory.</summary>
/// <param name="Stage">One of the kind <see cref="StageKind.Scripts"/>.</param>
public sealed record ProjectScriptItem(string File, ImageStage Stage);

public sealed record ProjectTriggerItem(
    string Service, IReadOnlyList<string> MatchLines, bool DoReboot, bool DoReload, bool HighImpact, string SortName = "");

/// <summary>A file that a generator makes for each machine.</summary>
/// <param name="Source">The generator, as host:port.</param>
public sealed record ProjectComputedFileItem(string Filename, string Source);

/// <summary>What the image's scripts see beyond the image.</summary>
public sealed record SandboxSettings
{
    public IReadOnlyList<BindMount> BindMounts { get; init; } = [];

    public IReadOnlyList<Secret> Secrets { get; init; } = [];

    /// <summary>Whether commands of the image reach the network.</summary>
    public bool ScriptsNetwork { get; init; } = true;

    /// <summary>Which one they reach.</summary>
    public NetworkIsolation Isolation { get; init; }

    /// <summary>Ports of the machine's loopback that commands with a network of their own reach.</summary>
    public IReadOnlyList<int> HostPorts { get; init; } = [];

    /// <summary>Kinds of <see cref="MachineIdentity"/> that clean-up leaves in the image.</summary>
    public IReadOnlyList<string> KeptIdentity { get; init; } = [];

    /// <summary>What commands may do beyond the default, by the names that <see cref="Capability.Find"/> gives, in order.</summary>
    public IReadOnlyList<string> Capabilities { get; init; } = [];

    public ResourceLimits Limits { get; init; } = new();

    public TimeSpan TestTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Longest that all stages of one build may take.</summary>
    public TimeSpan BuildTimeout { get; init; } = TimeSpan.FromHours(24);
}

public sealed record BindMount(string Source, string Target, bool Writable = false);

/// <summary>A value that scripts read from /run/secrets/NAME and that never reaches the image, a log or a cache key.</summary>
/// <param name="File">Where the value is read from at build time; or else</param>
/// <param name="EnvironmentVariable">the variable of the building process that holds it.</param>
public sealed record Secret(string Name, string? File, string? EnvironmentVariable);

/// <summary>A secret as it was read: of any bytes.</summary>
sealed record SecretValue(string Name, byte[] Value);

/// <summary>The directory that a stream keeps between builds (not the layer cache).</summary>
public sealed record CacheSettings
{
    /// <summary>Empty for none. The stream's name is appended.</summary>
    public string BaseDirectory { get; init; } = "";

    public string MountPoint { get; init; } = "";

    /// <summary>Bytes kept after a build, oldest files deleted first; 0 for no limit.</summary>
    public long SizeLimit { get; init; }
}

/// <summary>Where finished images and their objects are kept, in the layout of the field's image servers.</summary>
public sealed record StoreSettings(string ImageDirectory, string ObjectDirectory)
{
    internal LocalStore Open() => new(Path.GetDirectoryName(ImageDirectory)!, ImageDirectory, ObjectDirectory);
}
