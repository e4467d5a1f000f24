using ImageSdk.Building.Containers;
using ImageSdk.Building.Downloads;
using ImageSdk.Building.Manifests;
using ImageSdk.Building.State;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Locks;
using ImageSdk.Contracts.Messages;
using ImageSdk.Contracts.Packagers;
using ImageSdk.Contracts.Projects;
using ImageSdk.Contracts.Settings;
using ImageSdk.Contracts.Stages;
using ImageSdk.Images;
using ImageSdk.Layers;

namespace ImageSdk.Building.Stages;

/// <summary>Turns a stage into what its worker does.</summary>
sealed class StageOperations(BuildPlan plan)
{
    readonly ImageManifest manifest = plan.Manifest;
    readonly ImageProject project = plan.Project;
    readonly Lazy<ImageLock?> locked = new(plan.ReadLock);

    static readonly string[] AptDirectories = ["/etc/apt/", "/etc/dpkg/", "/usr/share/keyrings/", "/var/lib/"];

    /// <summary>What a stage does on the root that the stages before it left.</summary>
    public IReadOnlyList<StageOperation> Of(ImageStage stage) => StageTable.Of(stage) switch
    {
        { Stage: ImageStage.CopyFiles } when project.Archives.Count > 0 => [.. Copies(stage), new AddArchivesOperation(project.Archives)],
        // Files may belong to users of the project, and what systemd runs may be among its files.
        { Stage: ImageStage.CopyPostInstallFiles } => [.. Settings(stage), .. Copies(stage)],
        { Kind: StageKind.Files } => [.. Copies(stage), .. Settings(stage)],
        { Kind: StageKind.Scripts, Folder: var folder } => [Scripts(stage, folder)],
        { Kind: StageKind.Packages } => [new InstallPackagesOperation(manifest.Packages, project.Installation, locked.Value?.Install)],
        { Kind: StageKind.CleanUp } => [new CleanPackagesOperation(project.Sandbox.KeptIdentity, OwnIdentity(manifest)), .. Removals(), .. Restores()],
        var row => throw StageTable.Unexpected(row.Kind),
    };

    /// <param name="fetched">Where the download of a project lies that has one: a file, or the layers of a container image.</param>
    public StageOperation Bootstrap(IReadOnlyList<string>? fetched = null)
    {
        var bootstrap = project.Bootstrap!;
        if (bootstrap.Command.Count == 0 && !bootstrap.IsUnpacked)
            throw new BuildException("IMG2009", "BootstrapCommand is empty. Give it a program and its arguments, with $dir where the root goes.", project.ProjectFile);
        var packager = BuiltInPackagers.Find(bootstrap.PackagerType, project.PackagerTypes)
            ?? throw new BuildException("IMG4006",
                $"packager type: \"{bootstrap.PackagerType}\" unknown. Use deb or rpm, or describe it with a PackagerType item.", project.ProjectFile);
        if (bootstrap.Download is { } download)
            return ContainerAddress.TryParse(download.Url) is null
                ? new UnpackFileOperation(fetched is [var file] ? file : "", download.Service.Length > 0 ? $"SourceImage {download.Url}" : $"SourceImageUrl {Downloader.Show(new(download.Url))}", GenericPackagerScript.Write(packager))
                : new UnpackFileOperation(download.Url, $"SourceImageUrl {download.Url}", GenericPackagerScript.Write(packager), fetched);
        if (bootstrap.SourceFile.Length > 0)
            return new UnpackFileOperation(bootstrap.SourceFile, $"SourceImageFile {bootstrap.SourceFile}", GenericPackagerScript.Write(packager));
        // The root's own place is the worker's to know: "$dir" stays for it.
        string[] command =
        [
            .. bootstrap.Command
                .Select(argument => VariableExpansion.Expand(argument, name => name == "dir" ? "$dir" : manifest.Environment.GetValueOrDefault(name)))
                .Where(argument => argument.Length > 0),
        ];
        var script = GenericPackagerScript.Write(packager);
        return AptBootstrap.Is(command) ? new AptBootstrapOperation(AptBootstrap.Parse(command), script, project.Installation, SpeculativePackages(), locked.Value?.Bootstrap) : new BootstrapOperation(command, script);
    }

    /// <summary>
    /// The packages of the list, to be planned while the bootstrap still runs: where nothing comes before them that apt looks at, and no lock
    /// says all; else null.
    /// </summary>
    IReadOnlyList<PackageRequest>? SpeculativePackages()
    {
        var changesApt = project.Archives.Count > 0 || project.Sandbox.Secrets.Count > 0 || manifest.Scripts.Any(script => IsBeforePackages(script.Stage))
            || manifest.Files.Any(file => IsBeforePackages(file.Stage) && AptDirectories.Any(directory => file.TargetPath.StartsWith(directory, StringComparison.Ordinal)))
            || manifest.Trees.Any(tree => IsBeforePackages(tree.Stage) && AptDirectories.Any(directory => Directory.Exists(tree.SourceOf(directory.Trim('/')))));
        return changesApt || locked.Value is not null || !project.Speculation ? null : manifest.Packages;
    }

    static bool IsBeforePackages(ImageStage stage) => stage < ImageStage.InstallPackages;

    public StageOperation Unpack(SourceImage source) => source.Package is { } package
        ? new UnpackPackageOperation(package.ToString(), package.ImageFile, package.ObjectsFile, package.TreeHash)
        : new UnpackOperation(source.ImageFile!, project.Store.ObjectDirectory);

    /// <summary>Trees in their order, single files of the project after those that are copied.</summary>
    List<StageOperation> Copies(ImageStage stage)
    {
        var trees = CopiesOfTrees(stage);
        return [.. trees.Where(tree => tree.Use == ProjectTreeUse.Copy), .. CopiesOfFiles(stage), .. trees.Where(tree => tree.Use != ProjectTreeUse.Copy)];
    }

    IEnumerable<StageOperation> Removals() =>
        project.Archives.Where(archive => !archive.Keep).ToList() is { Count: > 0 } removed ? [new RemoveArchivesOperation(removed)] : [];

    List<StageOperation> Restores()
    {
        var kept = StageTable.Rows.Where(row => row.SurvivesCleanUp).ToList();
        List<CopyTreeOperation> trees = [.. kept.SelectMany(row => CopiesOfTrees(row.Stage))];
        List<CopyFileOperation> files = [.. kept.SelectMany(row => CopiesOfFiles(row.Stage))];
        // Where settings changed files of the project, they count for what comes back, too.
        return trees.Count + files.Count == 0 ? [] : [new RestoreFilesOperation(trees, files), .. kept.SelectMany(row => Settings(row.Stage))];
    }

    List<CopyTreeOperation> CopiesOfTrees(ImageStage stage) =>
        [.. manifest.Trees.Where(tree => tree.Stage == stage).Select(tree => new CopyTreeOperation(ManifestComponents.NameOf(stage, tree.Use), tree.Directory, tree.Use, tree.TargetPath) { Owner = Said(tree.Owner) })];

    static FileOwner? Said(FileOwner owner) => owner.IsDefault ? null : owner;

    IEnumerable<StageOperation> Settings(ImageStage stage) => project.Settings.Of(stage) is { } settings ? [new ApplySettingsOperation(settings)] : [];

    List<CopyFileOperation> CopiesOfFiles(ImageStage stage) =>
    [
        .. manifest.Files.Where(file => file.Stage == stage)
            .Select(file => new CopyFileOperation(file.Source, file.TargetPath, file.Mode.Length == 0 ? null : Convert.ToUInt32(file.Mode, 8)) { Owner = Said(file.Owner) }),
    ];

    /// <summary>Files of the project that identify a machine; those of post-scripts-files come back in any case.</summary>
    public static IReadOnlyList<string> OwnIdentity(ImageManifest manifest) =>
    [
        .. manifest.Trees.SelectMany(tree => MachineIdentity.In(tree))
            .Concat(manifest.Files.Select(file => file.TargetPath.TrimStart('/')).Where(MachineIdentity.Has)).Distinct().Order(StringComparer.Ordinal),
    ];

    RunScriptsOperation Scripts(ImageStage stage, string label) =>
        new(label, [.. manifest.Scripts.Where(script => script.Stage == stage).Select(script => script.File)]);

    /// <summary>How commands of the build environment run.</summary>
    public CommandSettings Settings(bool readSecrets = true)
    {
        List<BindMount> mounts = [.. project.Sandbox.BindMounts];
        if (StreamCache.Make(project) is { } cache)
            mounts.Add(new BindMount(cache, project.Cache.MountPoint, Writable: true));
        return new(
            ConffileAnswer.AddTo(manifest.Environment, project.Installation.Conffiles), mounts, readSecrets ? ProjectSecrets.Read(project) : [], project.Sandbox.ScriptsNetwork)
        {
            Capabilities = project.Sandbox.Capabilities,
            Limits = project.Sandbox.Limits,
            Isolation = project.Sandbox.Isolation,
            HostPorts = project.Sandbox.HostPorts,
            HasTests = manifest.TestsDirectory is not null || manifest.TestFiles.Count > 0,
            Speculation = project.Speculation,
        };
    }
}
