using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Inspection;
using ImageSdk.Contracts.Locks;
using ImageSdk.Contracts.Projects;
using ImageSdk.Contracts.Settings;
using ImageSdk.Posix;

namespace ImageSdk.Contracts.Messages;

// What the build asks of its worker, and what the worker tells, on the worker's standard input and output; WorkerMessages has the form.
// One request runs at a time; CancelRequest may come while another runs.

abstract record WorkerRequest;

sealed record CancelRequest : WorkerRequest;

/// <summary>Run operations on a root and keep what they changed as a layer.</summary>
/// <param name="Layers">Ids of the layers below, the lowest first; empty for a root made from nothing.</param>
sealed record RunStageRequest(
    string Stage, string LayerId, IReadOnlyList<string> Layers, IReadOnlyList<StageOperation> Operations,
    CommandSettings Settings, string Inputs) : WorkerRequest;

/// <summary>Run stages ahead of the requests for them, beside whatever is asked next. Answered at once.</summary>
/// <param name="Stages">One on the other, with layers of those before among the ones below, also where nothing is going to be in them.</param>
sealed record PrefetchStagesRequest(IReadOnlyList<RunStageRequest> Stages) : WorkerRequest;

/// <summary>
/// Seal the root: tests put in, excluded paths, temporary files and sockets taken out. The layer also keeps the list of
/// installed packages.
/// </summary>
/// <param name="TestsTarget">Where tests go, for instance "/tests/base/debian".</param>
sealed record SealImageRequest(
    string LayerId, IReadOnlyList<string> Layers, IReadOnlyList<string> ExcludedPaths, IReadOnlyList<ComputedFileSetting> ComputedFiles,
    string TestsTarget, string? TestsDirectory, IReadOnlyList<string> TestFiles, CommandSettings Settings, string Inputs) : WorkerRequest;

sealed record ComputedFileSetting(string Filename, string Source);

/// <summary>Run the image's tests on a layer that is thrown away.</summary>
/// <param name="Tests">Paths in the image; all run at once.</param>
sealed record RunTestsRequest(
    IReadOnlyList<string> Layers, IReadOnlyList<string> Tests, double TimeoutSeconds, CommandSettings Settings) : WorkerRequest;

/// <summary>Run a command for a person, on a layer that is thrown away. The answer has its exit code.</summary>
/// <param name="Command">Empty for the image's shell.</param>
/// <param name="Terminal">The device that it is to have as its terminal; null for none.</param>
/// <param name="TerminalType">What TERM says there.</param>
sealed record OpenShellRequest(
    IReadOnlyList<string> Layers, IReadOnlyList<string> Command, string? Terminal, string? TerminalType, CommandSettings Settings) : WorkerRequest;

/// <summary>Add objects of an image to a store.</summary>
/// <param name="Layers">The image's, the lowest first.</param>
sealed record StoreObjectsRequest(IReadOnlyList<string> Layers, IReadOnlyList<ImageObject> Objects, string ObjectDirectory) : WorkerRequest;

/// <summary>The content of a file.</summary>
/// <param name="Path">In the image, without a leading slash.</param>
/// <param name="Hash">The bytes of its SHA-512.</param>
sealed record ImageObject(byte[] Path, byte[] Hash);

/// <summary>Write what a NuGet package carries of an image beside its record. The files are replaced whole.</summary>
/// <param name="ObjectsFile">For the contents of its files.</param>
/// <param name="NoticesFile">For the licences of its packages.</param>
sealed record PackImageRequest(IReadOnlyList<string> Layers, string ImageFile, string ObjectsFile, string NoticesFile) : WorkerRequest;

/// <summary>Work out which packages make a root. The answer has a lock's part.</summary>
sealed record PlanBootstrapRequest(AptBootstrap Bootstrap) : WorkerRequest;

/// <summary>Work out what a list of packages comes to. The answer has a lock's part.</summary>
/// <param name="Stage">The stage that is going to install them.</param>
sealed record PlanPackagesRequest(RunStageRequest Stage) : WorkerRequest;

/// <summary>Bring packages into the cache.</summary>
/// <param name="Mounts">Where the image sees those that are files; null where they lie where they say.</param>
sealed record FetchPackagesRequest(IReadOnlyList<LockedPackage> Packages, IReadOnlyList<BindMount>? Mounts, ResourceLimits Limits) : WorkerRequest;

/// <summary>
/// Remove layers and other entries; here, because files of layers belong to ids that only the worker has. Who asks holds the
/// cache's lock.
/// </summary>
/// <param name="Paths">Folders below the user's part of the cache: "layers/ID".</param>
sealed record RemoveEntriesRequest(IReadOnlyList<string> Paths) : WorkerRequest;

/// <summary>Compare layers with their indexes.</summary>
/// <param name="Content">Whether every file is read and hashed.</param>
sealed record VerifyLayersRequest(IReadOnlyList<string> Layers, bool Content) : WorkerRequest;

/// <summary>Take a layer from a shared cache. The answer has its size, or none where it is unavailable there.</summary>
sealed record FetchLayerRequest(string LayerId, RemoteCacheSettings Cache) : WorkerRequest;

/// <summary>Give a layer to a shared cache.</summary>
sealed record SendLayerRequest(string LayerId, RemoteCacheSettings Cache) : WorkerRequest;

/// <summary>Write an artifact of the image. It appears whole or not at all.</summary>
/// <param name="Format">Name of the format.</param>
/// <param name="Settings">All of the format's options.</param>
/// <param name="Layers">The image's, the lowest first.</param>
/// <param name="ImageFile">Its record.</param>
/// <param name="TreeHash">Of its tree.</param>
/// <param name="Epoch">Seconds since 1970; no time in the artifact is later. Null for the newest that packages brought.</param>
/// <param name="ExtraTrees">Directories that are laid over the image's root for this artifact alone.</param>
/// <param name="OutputPath">The artifact; its folder is there.</param>
sealed record MakeArtifactRequest(
    string Format, IReadOnlyDictionary<string, string> Settings, IReadOnlyList<string> Layers, string ImageFile, string TreeHash, string Name, string Stream,
    string Architecture, long? Epoch, IReadOnlyList<string> ExtraTrees, string OutputPath) : WorkerRequest
{
    /// <summary>The file of the disk that the image is built on, for formats that need it.</summary>
    public string? SourceFile { get; init; }

    /// <summary>What that is to the project, for messages: "SourceImageFile /path".</summary>
    public string? Source { get; init; }

    /// <summary>Of what is decompressed for it.</summary>
    public ResourceLimits Limits { get; init; } = new();

    /// <summary>Where it is asked for, for warnings.</summary>
    public string? File { get; init; }

    /// <summary>1-based; 0 where unknown.</summary>
    public int Line { get; init; }
}

/// <summary>Copy artifacts, files and folders, into a directory, which is there. Each appears whole or not at all.</summary>
sealed record CopyArtifactsRequest(IReadOnlyList<string> Paths, string Directory) : WorkerRequest;

/// <summary>Take texts out of all that is logged and told from now on, like secrets of a project.</summary>
sealed record MaskRequest(IReadOnlyList<string> Values) : WorkerRequest;

/// <summary>Remove artifacts that are folders.</summary>
sealed record RemoveArtifactsRequest(IReadOnlyList<string> Paths) : WorkerRequest;

/// <summary>Read of an image what its bill of materials needs.</summary>
/// <param name="ReadsContents">Whether its packages are wanted, or only digests of files.</param>
sealed record InspectImageRequest(IReadOnlyList<string> Layers, bool ReadsContents, IReadOnlyList<InspectedFile> Files) : WorkerRequest;

/// <param name="Path">In the image, without a leading slash.</param>
/// <param name="Sha512">Of its content, in hexadecimal digits.</param>
sealed record InspectedFile(byte[] Path, string Sha512);

/// <summary>How commands run in the root.</summary>
/// <param name="Environment">The build environment: what scripts and packagers see beyond the base environment.</param>
/// <param name="BindMounts">The stream's cache among them.</param>
/// <param name="Secrets">Shown at /run/secrets, masked in output.</param>
sealed record CommandSettings(
    IReadOnlyDictionary<string, string> Environment, IReadOnlyList<BindMount> BindMounts,
    IReadOnlyList<SecretValue> Secrets, bool Network)
{
    /// <summary>What commands may do beyond the default (<see cref="Capability"/>).</summary>
    public IReadOnlyList<string> Capabilities { get; init; } = [];

    public ResourceLimits Limits { get; init; } = new();

    public NetworkIsolation Isolation { get; init; }

    /// <summary>Ports of the machine's loopback that commands reach on theirs.</summary>
    public IReadOnlyList<int> HostPorts { get; init; } = [];

    /// <summary>Whether tests follow in this build, which may use the network.</summary>
    public bool HasTests { get; init; }

    /// <summary>Whether the worker may do more than it is asked for, ahead of need. It changes no result.</summary>
    public bool Speculation { get; init; } = true;
}

abstract record StageOperation;

/// <param name="Command">$dir expanded to the root is what the worker does; all else is expanded already.</param>
/// <param name="PackagerScript">Content of /bin/generic-packager.</param>
sealed record BootstrapOperation(IReadOnlyList<string> Command, string PackagerScript) : StageOperation;

/// <param name="File">A disk image or an archive.</param>
/// <param name="Source">What it is to the project, for messages: "SourceImageFile /path".</param>
/// <param name="PackagerScript">Content of /bin/generic-packager.</param>
/// <param name="Layers">Of a container image in the place of the file, the lowest first; null for a file.</param>
sealed record UnpackFileOperation(string File, string Source, string PackagerScript, IReadOnlyList<string>? Layers = null) : StageOperation;

/// <param name="PackagerScript">Content of /bin/generic-packager.</param>
/// <param name="Locked">What it came to when the lock was written, which is followed; null to ask apt.</param>
/// <param name="SpeculativePackages">
/// Packages of a later stage that sees the root as it is made, to be planned ahead; empty where only images on this one have some, null
/// where another stage changes before what they are planned by.
/// </param>
sealed record AptBootstrapOperation(
    AptBootstrap Bootstrap, string PackagerScript, InstallationSettings Installation, IReadOnlyList<PackageRequest>? SpeculativePackages,
    LockedBootstrap? Locked = null) : StageOperation;

sealed record UnpackOperation(string ImageFile, string ObjectDirectory) : StageOperation;

/// <param name="Package">Id and version, for errors.</param>
/// <param name="ObjectsFile">The contents of its files, as <c>PackedObjects</c> has them.</param>
/// <param name="TreeHash">What the package says that the tree's is.</param>
sealed record UnpackPackageOperation(string Package, string ImageFile, string ObjectsFile, string TreeHash) : StageOperation;

/// <param name="Label">For the log: "files", "post-install-files.append".</param>
/// <param name="TargetPath">The directory of the image below which it goes; empty for the root.</param>
sealed record CopyTreeOperation(string Label, string Directory, ProjectTreeUse Use, string TargetPath = "") : StageOperation
{
    /// <summary>Null for root, and the usual modes.</summary>
    public FileOwner? Owner { get; init; }
}

/// <param name="Mode">Permission bits, or null for those of the source.</param>
sealed record CopyFileOperation(string Source, string TargetPath, uint? Mode) : StageOperation
{
    /// <summary>Null for root.</summary>
    public FileOwner? Owner { get; init; }
}

/// <summary>Writes settings of the machine into the root.</summary>
/// <param name="Settings">Those of one stage.</param>
sealed record ApplySettingsOperation(MachineSettings Settings) : StageOperation;

/// <summary>Brings back what clean-up took or changed of files that a stage before had put into the image.</summary>
sealed record RestoreFilesOperation(IReadOnlyList<CopyTreeOperation> Trees, IReadOnlyList<CopyFileOperation> Files) : StageOperation;

sealed record RunScriptsOperation(string Label, IReadOnlyList<string> Files) : StageOperation;

/// <summary>Adds archives to the sources of the root's apt, each with its key.</summary>
sealed record AddArchivesOperation(IReadOnlyList<PackageArchive> Archives) : StageOperation;

/// <summary>Takes archives away again, with all that apt knows of them.</summary>
sealed record RemoveArchivesOperation(IReadOnlyList<PackageArchive> Archives) : StageOperation;

/// <param name="Locked">What it came to when the lock was written, which is followed; null to ask apt.</param>
sealed record InstallPackagesOperation(
    IReadOnlyList<PackageRequest> Packages, InstallationSettings Installation, LockedInstallation? Locked = null) : StageOperation;

/// <param name="File">Where the project names the package, for errors.</param>
sealed record PackageRequest(string Name, string File, int Line);

/// <param name="KeptIdentity">Kinds of <see cref="MachineIdentity"/> that stay.</param>
/// <param name="OwnIdentity">Paths of such files that the project brings.</param>
sealed record CleanPackagesOperation(IReadOnlyList<string> KeptIdentity, IReadOnlyList<string> OwnIdentity) : StageOperation;

abstract record WorkerEvent;

sealed record OutputEvent(string Line) : WorkerEvent;

sealed record ProgressEvent(string Text) : WorkerEvent;

sealed record DiagnosticEvent(Diagnostic Diagnostic) : WorkerEvent;

/// <summary>The request is done.</summary>
/// <param name="Tests">Outcomes, for a test request.</param>
/// <param name="Faults">What a verification found.</param>
/// <param name="Layer">Size of what was made, for a stage.</param>
/// <param name="Summary">What was done, in a few words, where a stage has more to say than that it ran.</param>
/// <param name="Bootstrap">What a bootstrap comes to.</param>
/// <param name="Installation">What a list of packages comes to.</param>
/// <param name="Inspection">What was read of an image.</param>
/// <param name="ProvisionalKey">
/// Key of what a stage made where it lacks something that a later build may have, such as a source of packages: the layer has this key's
/// name and not the one that was asked for, so that no other build takes it.
/// </param>
sealed record DoneEvent(
    IReadOnlyList<TestOutcome>? Tests = null, IReadOnlyList<LayerFault>? Faults = null, LayerSize? Layer = null, string? Summary = null,
    LockedBootstrap? Bootstrap = null, LockedInstallation? Installation = null, ImageInspection? Inspection = null, string? ProvisionalKey = null,
    int? ExitCode = null) : WorkerEvent;

/// <summary>The request failed; the root is thrown away, the worker lives on.</summary>
sealed record FailedEvent(Diagnostic Diagnostic) : WorkerEvent;

/// <param name="Error">Null for a test that passed.</param>
/// <param name="ExitCode">Null where it did not end by itself.</param>
public sealed record TestOutcome(string Test, double Seconds, string? Error, IReadOnlyList<string> Output, int? ExitCode = null);
