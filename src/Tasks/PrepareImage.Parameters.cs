using ImageSdk.Contracts.Projects;
using ImageSdk.Trees;
using Microsoft.Build.Framework;

namespace ImageSdk.Tasks;

// What the target passes: properties as text, items as they are. docs/properties.md and docs/items.md say what each means.
public sealed partial class PrepareImage
{
    public string Architecture { get; set; } = "";

    public ITaskItem[] BindMounts { get; set; } = [];

    public string BootstrapCommand { get; set; } = "";

    public string BootstrapDistribution { get; set; } = "";

    public string BootstrapTool { get; set; } = "";

    public string BuildCacheBaseDirectory { get; set; } = "";

    public string BuildCacheMountPoint { get; set; } = "";

    public string BuildCacheSizeLimit { get; set; } = "";

    [Required]
    public string BuildTimeout { get; set; } = "";

    public ITaskItem[] BuildableStreams { get; set; } = [];

    [Required]
    public string CacheDirectory { get; set; } = "";

    public ITaskItem[] Credentials { get; set; } = [];

    public ITaskItem[] Groups { get; set; } = [];

    public string Hostname { get; set; } = "";

    public string KernelCommandLine { get; set; } = "";

    public string KeyboardLayout { get; set; } = "";

    public string KeyboardVariant { get; set; } = "";

    public string Locale { get; set; } = "";

    public ITaskItem[] Mounts { get; set; } = [];

    public ITaskItem[] NetworkInterfaces { get; set; } = [];

    /// <summary>Of disks, which mount them; the project can't mount something else there.</summary>
    public ITaskItem[] Partitions { get; set; } = [];

    public ITaskItem[] SysctlParameters { get; set; } = [];

    public string Timezone { get; set; } = "";

    public ITaskItem[] Units { get; set; } = [];

    public ITaskItem[] Users { get; set; } = [];

    /// <summary>Directory or address of a shared cache; empty for none. The server's certificates are those of ImageServer.</summary>
    public string RemoteCache { get; set; } = "";

    public string RemoteCacheMaxAge { get; set; } = "";

    public string RemoteCacheReadOnly { get; set; } = "";

    public string ServerAuthorities { get; set; } = "";

    public string ServerCertificates { get; set; } = "";

    public int ServerConnections { get; set; } = 2;

    /// <summary>The SHA-256 of the server's certificate; empty for any.</summary>
    public string ServerFingerprint { get; set; } = "";

    public bool ServerRequireTls { get; set; }

    public ITaskItem[] ComputedFiles { get; set; } = [];

    public string ComputedFilesMode { get; set; } = "";

    public string EnableDefaultImageItems { get; set; } = "";

    public string ExcludeLines { get; set; } = "";

    public ITaskItem[] Files { get; set; } = [];

    public string FilterLines { get; set; } = "";

    public string FilterMode { get; set; } = "";

    public string BuilderId { get; set; } = "";

    public string Provenance { get; set; } = "";

    public string Sbom { get; set; } = "";

    public string SbomFiles { get; set; } = "";

    [Required]
    public string ImageRecord { get; set; } = "";

    public string KeepIdentity { get; set; } = "";

    [Required]
    public string ManifestDirectory { get; set; } = "";

    /// <summary>The lock; empty for a project without one.</summary>
    public string LockFile { get; set; } = "";

    public string LockedMode { get; set; } = "";

    public string ForceEvaluate { get; set; } = "";

    public string MtimesCopyAddFilterLines { get; set; } = "";

    public string MtimesCopyFilterLines { get; set; } = "";

    public ITaskItem[] OwnerGroups { get; set; } = [];

    public ITaskItem[] OwnerUsers { get; set; } = [];

    public string KeyServer { get; set; } = "";

    public string LaunchpadAddress { get; set; } = "";

    public string LaunchpadArchiveAddress { get; set; } = "";

    public ITaskItem[] PackageArchives { get; set; } = [];

    public string PackagerType { get; set; } = "";

    public ITaskItem[] PackagerTypes { get; set; } = [];

    public ITaskItem[] Packages { get; set; } = [];

    public ITaskItem[] Scripts { get; set; } = [];

    public string AllowUnavailablePackageSources { get; set; } = "";

    public string ConffilePolicy { get; set; } = "";

    public string ScriptsNetwork { get; set; } = "";

    public string Capabilities { get; set; } = "";

    /// <summary>Whether the build says what changed since the last image.</summary>
    public bool ReportChanges { get; set; }

    /// <summary>File for what a build changed; empty for none.</summary>
    public string ChangesFile { get; set; } = "";

    /// <summary>File for what a publication changed; empty for none.</summary>
    public string PublishedChangesFile { get; set; } = "";

    public string Network { get; set; } = "";

    public string HostPorts { get; set; } = "";

    public string ProcessLimit { get; set; } = "";

    public string MemoryLimit { get; set; } = "";

    public string DiskLimit { get; set; } = "";

    public string EntryLimit { get; set; } = "";

    public string ArchiveLimit { get; set; } = "";

    public string ArchiveRatio { get; set; } = "";

    public ITaskItem[] Secrets { get; set; } = [];

    public string Speculation { get; set; } = "";

    public string SourceDateEpoch { get; set; } = "";

    public string SourceImage { get; set; } = "";

    /// <summary>Address of a list of digests; may be relative to SourceImageUrl.</summary>
    public string SourceImageChecksums { get; set; } = "";

    public string SourceImageDigest { get; set; } = "";

    public string SourceImageFile { get; set; } = "";

    public string SourceImageKey { get; set; } = "";

    public string SourceImageUrl { get; set; } = "";

    /// <summary>The image management service that has SourceImage, where that is ims:NAME.</summary>
    public string SourceImageService { get; set; } = "";

    public ITaskItem[] SourceImageBuildVariables { get; set; } = [];

    public string SourceImageGitCommitId { get; set; } = "";

    public string SourceImageMaxAge { get; set; } = "";

    public ITaskItem[] SourceImageTags { get; set; } = [];

    [Required]
    public string StoreImageDirectory { get; set; } = "";

    [Required]
    public string StoreObjectDirectory { get; set; } = "";

    [Required]
    public string Stream { get; set; } = "";

    public ITaskItem[] Tags { get; set; } = [];

    [Required]
    public string TestTimeout { get; set; } = "";

    public ITaskItem[] Tests { get; set; } = [];

    public ITaskItem[] Trees { get; set; } = [];

    public ITaskItem[] Triggers { get; set; } = [];

    public string TriggersMode { get; set; } = "";

    public string VariableLines { get; set; } = "";

    public ITaskItem[] Variables { get; set; } = [];
}
