using System.Reflection;
using System.Text;
using ImageSdk.Building.Stages;
using ImageSdk.Building.State;
using ImageSdk.Contracts.Projects;
using ImageSdk.Contracts.Settings;
using ImageSdk.Contracts.Stages;
using ImageSdk.Posix;
using static ImageSdk.Contracts.Stages.ImageStage;

namespace ImageSdk.Building.Tests.Stages;

/// <summary>
/// Each field of a project with the stages that read it: a change of it changes what they read, and so their keys, and nothing of other
/// stages. A field that is missing here fails a test.
/// </summary>
public sealed class StageInputFieldsTests : IDisposable
{
    static readonly ImageStage[] none = [];
    static readonly ImageStage[] scripts = [RunPreInstallScripts, RunScripts, RunPostCleanupScripts];
    static readonly ImageStage[] commands = [RunPreInstallScripts, InstallPackages, RunScripts, RunPostCleanupScripts];
    static readonly ImageStage[] templates = [CopyFiles, CopyPostInstallFiles, CopyPostScriptsFiles];

    readonly string folder = Directory.CreateTempSubdirectory("imagesdk fields ü").FullName;
    readonly ProjectWithEverything everything;

    public StageInputFieldsTests()
    {
        everything = new(folder);
        everything.Write("other/one", "#!/bin/sh\nanother\n");
        everything.Write("other/source/package-list", "less\n");
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    string Other => Path.Combine(folder, "other/one");

    /// <param name="On">What the project has to be for the field to count.</param>
    sealed record Change(Func<StageInputFieldsTests, ImageProject, ImageProject> Make, ImageStage[] Stages, Func<ImageProject, ImageProject>? On = null);

    static Change Of(Func<ImageProject, ImageProject> make, params ImageStage[] stages) => new((_, project) => make(project), stages);

    static Change OfSandbox(Func<SandboxSettings, SandboxSettings> make, params ImageStage[] stages) => Of(project => project with { Sandbox = make(project.Sandbox) }, stages);

    static Change OfBootstrap(Func<BootstrapSettings, BootstrapSettings> make) => Of(project => project with { Bootstrap = make(project.Bootstrap!) }, UnpackSourceImage);

    /// <summary>Of the packager that the bootstrap names.</summary>
    static Change OfPackager(Func<PackagerType, PackagerType> make) => Of(project => project with { PackagerTypes = [make(project.PackagerTypes[0])] }, UnpackSourceImage) with
    {
        On = project => project with { PackagerTypes = [new() { Name = "own", ListCommand = ["list"] }], Bootstrap = project.Bootstrap! with { PackagerType = "own" } },
    };

    static Change OfFile(Func<StageInputFieldsTests, ProjectFileItem, ProjectFileItem> make, params ImageStage[] stages) =>
        new((test, project) => project with { Files = [make(test, project.Files[0]), .. project.Files.Skip(1)] }, stages);

    static Change OfTree(Func<StageInputFieldsTests, ProjectTreeItem, ProjectTreeItem> make, params ImageStage[] stages) =>
        new((test, project) => project with { Trees = [make(test, project.Trees[0]), .. project.Trees.Skip(1)] }, stages);

    static Change OfOwner(Func<FileOwner, FileOwner> make, params ImageStage[] stages) => OfTree((_, tree) => tree with { Owner = make(tree.Owner) }, stages);

    static Change OfSettings(Func<MachineSettings, MachineSettings> make, params ImageStage[] stages) => Of(project => project with { Settings = make(project.Settings) }, stages);

    static Change OfScript(Func<StageInputFieldsTests, ProjectScriptItem, ProjectScriptItem> make, params ImageStage[] stages) =>
        new((test, project) => project with { Scripts = [make(test, project.Scripts[0]), .. project.Scripts.Skip(1)] }, stages);

    static Change OfMount(Func<BindMount, BindMount> make) => OfSandbox(sandbox => sandbox with { BindMounts = [make(sandbox.BindMounts[0]), sandbox.BindMounts[1]] }, commands);

    static readonly PackageArchive archive = new("an-archive") { Uris = ["http://host/a"], Suites = ["bookworm"], Components = ["main"], Architectures = ["amd64"], Key = "AAAA", PinPriority = 600 };

    /// <summary>Of an archive that goes again.</summary>
    static Change OfArchive(Func<PackageArchive, PackageArchive> make, params ImageStage[] stages) => Of(project => project with { Archives = [make(project.Archives[0])] }, stages) with
    {
        On = project => project with { Archives = [archive with { Keep = false }] },
    };

    /// <summary>Of a download that is known by a list of digests; what it comes to is found out later.</summary>
    static Change OfDownload(Func<StageInputFieldsTests, SourceDownload, SourceDownload> make, params ImageStage[] stages)
    {
        var download = new SourceDownload("https://host/x") { Checksums = "SHA256SUMS" };
        return new((test, project) => project with { Bootstrap = project.Bootstrap! with { Download = make(test, project.Bootstrap.Download!) } }, stages)
        {
            On = project => project with { Bootstrap = project.Bootstrap! with { Download = download } },
        };
    }

    static Change OfSecret(Func<Secret, Secret> make, params ImageStage[] stages) => OfSandbox(sandbox => sandbox with { Secrets = [make(sandbox.Secrets[0])] }, stages);

    static Change OfTrigger(Func<ProjectTriggerItem, ProjectTriggerItem> make) => Of(project => project with { Triggers = [make(project.Triggers[0])] }, TestImage) with
    {
        On = project => project with { Triggers = [new("ssh", ["/etc/ssh/.*"], false, false, false)], AddTriggers = true },
    };

    /// <summary>Of items alone: what the manifest says of the same would count more, or say the contrary.</summary>
    static Change OfItems(Func<ImageProject, ImageProject> on, Func<ImageProject, ImageProject> make, params ImageStage[] stages) =>
        Of(make, stages) with { On = project => on(project with { UseManifestDirectory = false }) };

    static readonly Dictionary<string, Change> changes = new()
    {
        ["ImageProject.ProjectFile"] = Of(project => project with { ProjectFile = "/another.imgproj" }, none),
        ["ImageProject.ManifestDirectory"] = new((test, project) => project with { ManifestDirectory = Path.Combine(test.folder, "other/source") },
            [CopyFiles, RunPreInstallScripts, InstallPackages, CopyPostInstallFiles, RunScripts, CopyPostScriptsFiles, CleanPackages, RunPostCleanupScripts, ScanImage, TestImage]),
        ["ImageProject.UseManifestDirectory"] = Of(project => project with { UseManifestDirectory = false },
            CopyFiles, RunPreInstallScripts, InstallPackages, CopyPostInstallFiles, RunScripts, CopyPostScriptsFiles, CleanPackages, RunPostCleanupScripts, ScanImage, TestImage),
        ["ImageProject.Stream"] = Of(project => project with { Stream = "base/another" }, [.. templates, .. commands, ScanImage, TestImage]),
        ["ImageProject.Architecture"] = Of(project => project with { Architecture = "arm64" }, [UnpackSourceImage, .. commands, TestImage]),
        ["ImageProject.Source"] = Of(project => project with { Source = new() { Stream = "another" } }, none) with { On = project => project with { Bootstrap = null } },
        ["ImageProject.Bootstrap"] = Of(project => project with { Bootstrap = null }, UnpackSourceImage),
        ["ImageProject.PackagerTypes"] = OfPackager(packager => packager with { UpdateCommand = ["a"] }),
        ["ImageProject.Variables"] = Of(project => project with { Variables = [new("GREETING", "good bye"), project.Variables[1]] }, [.. commands, TestImage]),
        ["ImageProject.RequestVariables"] = Of(project => project with { RequestVariables = [new("GREETING", "good bye")] }, [.. commands, TestImage]),
        ["ImageProject.Origin"] = Of(project => project with { Origin = new("main", "0123", "https://host/images.git") }, TestImage),
        ["ImageProject.Packages"] = Of(project => project with { Packages = ["bc"] }, InstallPackages),
        ["ImageProject.Archives"] = Of(project => project with { Archives = [archive] }, CopyFiles),
        ["ImageProject.Launchpad"] = Of(project => project with { Launchpad = new("https://another") }, none),
        ["PackageArchive.Name"] = OfArchive(archive => archive with { Name = "another" }, CopyFiles, CleanPackages),
        ["PackageArchive.File"] = OfArchive(archive => archive with { File = "/another.imgproj" }, none),
        ["PackageArchive.Uris"] = OfArchive(archive => archive with { Uris = ["http://host/b"] }, CopyFiles, CleanPackages),
        ["PackageArchive.Suites"] = OfArchive(archive => archive with { Suites = ["sid"] }, CopyFiles),
        ["PackageArchive.Components"] = OfArchive(archive => archive with { Components = ["contrib"] }, CopyFiles),
        ["PackageArchive.Architectures"] = OfArchive(archive => archive with { Architectures = ["arm64"] }, CopyFiles),
        // The key counts, not the file or the server that it comes from.
        ["PackageArchive.KeyFile"] = OfArchive(archive => archive with { KeyFile = "/another.gpg" }, none),
        ["PackageArchive.Fingerprint"] = OfArchive(archive => archive with { Fingerprint = new('B', 40) }, none),
        ["PackageArchive.Key"] = OfArchive(archive => archive with { Key = "AAAB" }, CopyFiles),
        ["PackageArchive.PinPriority"] = OfArchive(archive => archive with { PinPriority = 100 }, CopyFiles),
        ["PackageArchive.Keep"] = OfArchive(archive => archive with { Keep = true }, CleanPackages),
        ["ImageProject.Files"] = Of(project => project with { Files = [.. project.Files.Skip(1)] }, CopyFiles),
        ["ImageProject.Trees"] = Of(project => project with { Trees = [.. project.Trees.Skip(1)] }, CopyFiles),
        ["ImageProject.Scripts"] = Of(project => project with { Scripts = [.. project.Scripts.Skip(1)] }, RunPreInstallScripts),
        ["ImageProject.Tags"] = Of(project => project with { Tags = [new("More", "2")] }, TestImage) with { On = project => project with { Tags = [new("More", "1")] } },
        ["ImageProject.Triggers"] = OfTrigger(trigger => trigger with { Service = "b" }),
        ["ImageProject.AddTriggers"] = OfItems(project => project with { Triggers = [new("ssh", ["/a"], false, false, false)] }, project => project with { AddTriggers = true }, TestImage),
        ["ImageProject.FilterLines"] = Of(project => project with { FilterLines = ["/tmp/.*"] }, TestImage),
        ["ImageProject.AddFilter"] = OfItems(project => project with { FilterLines = ["/tmp/.*"] }, project => project with { AddFilter = true }, TestImage),
        ["ImageProject.ComputedFiles"] = Of(project => project with { ComputedFiles = [new("/etc/motd", "host:6910")], AddComputedFiles = true }, ScanImage),
        ["ImageProject.AddComputedFiles"] = OfItems(project => project with { ComputedFiles = [new("/etc/a", "b:1")] }, project => project with { AddComputedFiles = true }, ScanImage),
        ["ImageProject.ExcludedPaths"] = Of(project => project with { ExcludedPaths = ["/opt/.*"] }, ScanImage),
        ["ImageProject.MtimesCopyFilterLines"] = Of(project => project with { MtimesCopyFilterLines = ["/opt/.*"] }, ScanImage),
        ["ImageProject.MtimesCopyAddFilterLines"] = OfItems(project => project, project => project with { MtimesCopyAddFilterLines = ["/opt/.*"] }, ScanImage),
        ["ImageProject.OwnerUsers"] = Of(project => project with { OwnerUsers = ["three"] }, TestImage),
        ["ImageProject.OwnerGroups"] = Of(project => project with { OwnerGroups = ["three"] }, TestImage),
        ["ImageProject.Tests"] = new((test, project) => project with { Tests = [test.Other] }, [ScanImage]),
        ["ImageProject.Sandbox"] = OfSandbox(_ => new(), [.. commands, CleanPackages, TestImage]),
        ["ImageProject.Installation"] = Of(project => project with { Installation = new() }, commands),
        ["ImageProject.Settings"] = Of(project => project with { Settings = new() { Users = [new("one")], Hostname = "one" } }, CopyPostInstallFiles, CopyPostScriptsFiles),
        ["MachineSettings.Groups"] = OfSettings(settings => settings with { Groups = [new("one")] }, CopyPostInstallFiles),
        ["MachineSettings.Users"] = OfSettings(settings => settings with { Users = [new("one")] }, CopyPostInstallFiles),
        ["MachineSettings.Locales"] = OfSettings(settings => settings with { Locales = ["de_DE.UTF-8"] }, CopyPostInstallFiles),
        ["MachineSettings.Timezone"] = OfSettings(settings => settings with { Timezone = "UTC" }, CopyPostInstallFiles),
        ["MachineSettings.Keyboard"] = OfSettings(settings => settings with { Keyboard = new("de", "") }, CopyPostInstallFiles),
        ["MachineSettings.Hostname"] = OfSettings(settings => settings with { Hostname = "one" }, CopyPostScriptsFiles),
        ["MachineSettings.KernelCommandLine"] = OfSettings(settings => settings with { KernelCommandLine = "quiet" }, CopyPostScriptsFiles),
        ["MachineSettings.Sysctl"] = OfSettings(settings => settings with { Sysctl = [new("a.b", "1")] }, CopyPostScriptsFiles),
        ["MachineSettings.Networks"] = OfSettings(settings => settings with { Networks = [new("lan")] }, CopyPostScriptsFiles),
        ["MachineSettings.Mounts"] = OfSettings(settings => settings with { Mounts = [new("/a", "b")] }, CopyPostScriptsFiles),
        ["MachineSettings.Units"] = OfSettings(settings => settings with { Units = [new("a.service")] }, CopyPostScriptsFiles),
        ["MachineSettings.Credentials"] = OfSettings(settings => settings with { Credentials = [new("a") { TargetPath = "/a" }] }, CopyPostScriptsFiles),
        ["MachineSettings.File"] = OfSettings(settings => settings with { File = "/another.imgproj" }, none),
        ["FileOwner.User"] = OfOwner(owner => owner with { User = "one" }, CopyFiles),
        ["FileOwner.Group"] = OfOwner(owner => owner with { Group = "one" }, CopyFiles),
        ["FileOwner.Mode"] = OfOwner(owner => owner with { Mode = "600" }, CopyFiles),
        ["FileOwner.DirectoryMode"] = OfOwner(owner => owner with { DirectoryMode = "700" }, CopyFiles),
        ["FileOwner.File"] = OfOwner(owner => owner with { File = "/another.imgproj" }, none),
        ["FileOwner.Line"] = OfOwner(owner => owner with { Line = 7 }, none),
        ["ProjectFileItem.Owner"] = OfFile((_, file) => file with { Owner = new() { User = "one" } }, CopyFiles),
        ["ProjectTreeItem.Owner"] = OfTree((_, tree) => tree with { Owner = new() { User = "one" } }, CopyFiles),
        ["ImageProject.Lock"] = Of(project => project with { Lock = null }, UnpackSourceImage, InstallPackages),
        ["ImageProject.RemoteCache"] = Of(project => project with { RemoteCache = new() { Directory = "/shared" } }, none),
        ["ImageProject.Cache"] = Of(project => project with { Cache = new() }, commands),
        ["ImageProject.Speculation"] = Of(project => project with { Speculation = false }, none),
        ["ImageProject.Store"] = Of(project => project with { Store = new("/images", "/objects") }, none),
        ["ImageProject.CacheDirectory"] = Of(project => project with { CacheDirectory = "/another" }, none),
        ["ImageProject.ImageFile"] = Of(project => project with { ImageFile = "/another.image" }, none),
        ["ImageProject.Attestations"] = Of(project => project with { Attestations = ["spdx"] }, none),
        ["ImageProject.SbomFiles"] = Of(project => project with { SbomFiles = ListedFiles.Auto + 1 }, none),
        ["ImageProject.SourceDateEpoch"] = Of(project => project with { SourceDateEpoch = null }, ScanImage),
        ["ImageProject.BuilderId"] = Of(project => project with { BuilderId = "https://builder" }, none),

        ["ManifestOrigin.Branch"] = Of(project => project with { Origin = new("main", "", "") }, TestImage),
        ["ManifestOrigin.CommitId"] = Of(project => project with { Origin = new("", "0123", "") }, TestImage),
        ["ManifestOrigin.Url"] = Of(project => project with { Origin = new("", "", "https://host/images.git") }, TestImage),
        ["ManifestOrigin.RequestedBranch"] = Of(project => project with { Origin = new("", "", "", "main") }, [.. commands, TestImage]),

        ["BootstrapSettings.Command"] = OfBootstrap(bootstrap => bootstrap with { Command = ["debootstrap"] }),
        ["BootstrapSettings.SourceFile"] = OfBootstrap(bootstrap => bootstrap with { SourceFile = "/bin/sh" }),
        ["BootstrapSettings.Download"] = OfBootstrap(bootstrap => bootstrap with { Download = new("https://host/x") }),
        // By which address a content comes does not matter, nor how its digest becomes known.
        ["SourceDownload.Url"] = OfDownload((_, download) => download with { Url = "https://another/x" }, none),
        ["SourceDownload.Service"] = OfDownload((_, download) => download with { Service = "http://another" }, none),
        ["SourceDownload.Digest"] = OfDownload((_, download) => download with { Checksums = "", Digest = $"sha256:{new string('1', 64)}" }, UnpackSourceImage),
        ["SourceDownload.Checksums"] = OfDownload((_, download) => download with { Checksums = "SHA512SUMS" }, none),
        ["SourceDownload.DeniedNetworks"] = OfDownload((_, download) => download with { DeniedNetworks = ["10.0.0.0/8"] }, none),
        ["SourceDownload.KeyFile"] = OfDownload((test, download) => download with { KeyFile = test.Other }, none),
        ["BootstrapSettings.PackagerType"] = OfBootstrap(bootstrap => bootstrap with { PackagerType = "rpm" }),
        ["PackagerType.Name"] = OfPackager(packager => packager with { Name = "another" }),
        ["PackagerType.CleanCommand"] = OfPackager(packager => packager with { CleanCommand = ["a"] }),
        ["PackagerType.CleanPatterns"] = OfPackager(packager => packager with { CleanPatterns = ["a"] }),
        ["PackagerType.InstallCommand"] = OfPackager(packager => packager with { InstallCommand = ["a"] }),
        ["PackagerType.ListCommand"] = OfPackager(packager => packager with { ListCommand = ["a"] }),
        ["PackagerType.ListSizeMultiplier"] = OfPackager(packager => packager with { ListSizeMultiplier = 7 }),
        ["PackagerType.RemoveCommand"] = OfPackager(packager => packager with { RemoveCommand = ["a"] }),
        ["PackagerType.UpdateCommand"] = OfPackager(packager => packager with { UpdateCommand = ["a"] }),
        ["PackagerType.UpgradeCommand"] = OfPackager(packager => packager with { UpgradeCommand = ["a"] }),
        ["PackagerType.Verbatim"] = OfPackager(packager => packager with { Verbatim = ["a"] }),

        ["ProjectFileItem.Source"] = OfFile((test, file) => file with { Source = test.Other }, CopyFiles),
        ["ProjectFileItem.TargetPath"] = OfFile((_, file) => file with { TargetPath = "/etc/another" }, CopyFiles),
        ["ProjectFileItem.Stage"] = OfFile((_, file) => file with { Stage = CopyPostScriptsFiles }, CopyFiles, CopyPostScriptsFiles),
        ["ProjectFileItem.Mode"] = OfFile((_, file) => file with { Mode = "0444" }, CopyFiles),
        ["ProjectTreeItem.Directory"] = OfTree((test, tree) => tree with { Directory = Path.GetDirectoryName(test.Other)! }, CopyFiles),
        ["ProjectTreeItem.Stage"] = OfTree((_, tree) => tree with { Stage = CopyPostScriptsFiles }, CopyFiles, CopyPostScriptsFiles),
        ["ProjectTreeItem.Use"] = OfTree((_, tree) => tree with { Use = ProjectTreeUse.Append }, CopyFiles),
        ["ProjectTreeItem.TargetPath"] = OfTree((_, tree) => tree with { TargetPath = "/opt" }, CopyFiles),
        // Its place among the trees of the stage; the one of the manifest directory is between.
        ["ProjectTreeItem.ComesFirst"] = OfTree((_, tree) => tree with { ComesFirst = true }, CopyFiles),
        ["ProjectScriptItem.File"] = OfScript((test, script) => script with { File = test.Other }, RunPreInstallScripts),
        ["ProjectScriptItem.Stage"] = OfScript((test, script) => script with { File = test.Other, Stage = RunScripts }, RunPreInstallScripts, RunScripts),
        ["ProjectTriggerItem.Service"] = OfTrigger(trigger => trigger with { Service = "another" }),
        ["ProjectTriggerItem.MatchLines"] = OfTrigger(trigger => trigger with { MatchLines = ["/opt/.*"] }),
        ["ProjectTriggerItem.DoReboot"] = OfTrigger(trigger => trigger with { DoReboot = true }),
        ["ProjectTriggerItem.DoReload"] = OfTrigger(trigger => trigger with { DoReload = true }),
        ["ProjectTriggerItem.HighImpact"] = OfTrigger(trigger => trigger with { HighImpact = true }),
        ["ProjectTriggerItem.SortName"] = OfTrigger(trigger => trigger with { SortName = "a" }),
        ["ProjectComputedFileItem.Filename"] = Of(project => project with { ComputedFiles = [new("/etc/motd", "generator:6910")], AddComputedFiles = true }, ScanImage),
        ["ProjectComputedFileItem.Source"] = Of(project => project with { ComputedFiles = [new("/etc/hosts", "another:6910")], AddComputedFiles = true }, ScanImage),

        ["SandboxSettings.BindMounts"] = OfSandbox(sandbox => sandbox with { BindMounts = [sandbox.BindMounts[0]] }, commands),
        ["SandboxSettings.Secrets"] = OfSandbox(sandbox => sandbox with { Secrets = [] }, commands),
        ["SandboxSettings.ScriptsNetwork"] = OfSandbox(sandbox => sandbox with { ScriptsNetwork = true }, [.. commands, TestImage]),
        ["SandboxSettings.Isolation"] = OfSandbox(sandbox => sandbox with { Isolation = sandbox.Isolation + 1 }, none),
        ["SandboxSettings.HostPorts"] = OfSandbox(sandbox => sandbox with { HostPorts = [80] }, none),
        ["SandboxSettings.KeptIdentity"] = OfSandbox(sandbox => sandbox with { KeptIdentity = [] }, CleanPackages),
        ["SandboxSettings.Capabilities"] = OfSandbox(sandbox => sandbox with { Capabilities = [] }, [.. commands, TestImage]),
        ["SandboxSettings.Limits"] = OfSandbox(sandbox => sandbox with { Limits = new() { Processes = 1 } }, none),
        ["SandboxSettings.TestTimeout"] = OfSandbox(sandbox => sandbox with { TestTimeout = TimeSpan.FromSeconds(8) }, TestImage),
        ["SandboxSettings.BuildTimeout"] = OfSandbox(sandbox => sandbox with { BuildTimeout = TimeSpan.FromSeconds(8) }, none),
        ["BindMount.Source"] = OfMount(mount => mount with { Source = "/opt" }),
        ["BindMount.Target"] = OfMount(mount => mount with { Target = "/opt" }),
        ["BindMount.Writable"] = OfMount(mount => mount with { Writable = true }),
        ["Secret.Name"] = OfSecret(secret => secret with { Name = "another" }, commands),
        // Where a value comes from does not matter, and what it is must not show.
        ["Secret.File"] = OfSecret(secret => secret with { File = "/etc/hostname" }, none),
        ["Secret.EnvironmentVariable"] = OfSecret(secret => secret with { EnvironmentVariable = "ANOTHER" }, none),

        ["InstallationSettings.AllowsUnavailableSources"] = Of(project => project with { Installation = project.Installation with { AllowsUnavailableSources = true } }, none),
        ["InstallationSettings.Conffiles"] = Of(project => project with { Installation = project.Installation with { Conffiles = ConffilePolicy.Keep } }, commands),
        // What a stream keeps is for speed: that there is such a folder matters, and where.
        ["CacheSettings.BaseDirectory"] = Of(project => project with { Cache = project.Cache with { BaseDirectory = "/var/another" } }, none),
        ["CacheSettings.MountPoint"] = Of(project => project with { Cache = project.Cache with { MountPoint = "/another" } }, commands),
        ["CacheSettings.SizeLimit"] = Of(project => project with { Cache = project.Cache with { SizeLimit = 1 } }, none),
    };

    static readonly Type[] read =
    [
        typeof(ImageProject), typeof(ManifestOrigin), typeof(BootstrapSettings), typeof(SourceDownload), typeof(PackageArchive), typeof(PackagerType), typeof(ProjectFileItem), typeof(ProjectTreeItem), typeof(ProjectScriptItem),
        typeof(ProjectTriggerItem), typeof(ProjectComputedFileItem), typeof(SandboxSettings), typeof(BindMount), typeof(Secret), typeof(InstallationSettings), typeof(CacheSettings), typeof(MachineSettings), typeof(FileOwner),
    ];

    static IEnumerable<string> Fields => read.SelectMany(type => type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.CanWrite).Select(property => $"{type.Name}.{property.Name}"));

    public static TheoryData<string> EveryField => [.. Fields];

    [Theory, MemberData(nameof(EveryField))]
    public void A_changed_field_changes_what_its_stages_read_and_no_others(string field)
    {
        Assert.True(changes.TryGetValue(field, out var change), $"{field} is not in the table: which stages read it?");
        var before = Describe(project => change.On?.Invoke(project) ?? project);
        var after = Describe(project => change.Make(this, change.On?.Invoke(project) ?? project));
        Assert.Equal(change.Stages.Order(), before.Keys.Where(stage => before[stage] != after[stage]).Order());
    }

    [Theory]
    [InlineData("source/files/etc/files", "content", CopyFiles)]
    [InlineData("source/files/etc/files", "mode", CopyFiles)]
    [InlineData("source/files/etc/files", "name", CopyFiles)]
    [InlineData("source/files/etc/files", "attribute", CopyFiles)]
    [InlineData("source/files/etc/link", "target", CopyFiles)]
    [InlineData("source/files/etc/new", "content", CopyFiles)]
    [InlineData("source/post-install-files.append/usr/bin/a program", "mode", CopyPostInstallFiles)]
    [InlineData("source/post-scripts-files.templated/etc/post-scripts-files.templated", "content", CopyPostScriptsFiles)]
    [InlineData("source/post-scripts-files.templated/etc/post-scripts-files.templated", "mode", CopyPostScriptsFiles)]
    [InlineData("items/file", "content", CopyFiles, CopyPostInstallFiles, CopyPostScriptsFiles)]
    [InlineData("items/file", "mode", CopyFiles, CopyPostInstallFiles, CopyPostScriptsFiles)]
    [InlineData("source/scripts/10-one", "content", RunScripts)]
    [InlineData("source/scripts/10-one", "mode", RunScripts)]
    [InlineData("source/tests/test", "content", ScanImage)]
    [InlineData("source/files/etc/files", "time")]
    public void What_lies_on_the_disk_is_read_by_its_stage(string name, string what, params ImageStage[] stages)
    {
        var before = Describe(project => project);
        var file = Path.Combine(folder, name);
        switch (what)
        {
            case "content":
                File.AppendAllText(file, "more\n");
                break;
            case "mode":
                File.SetUnixFileMode(file, File.GetUnixFileMode(file) ^ UnixFileMode.OtherExecute);
                break;
            case "name":
                File.Move(file, file + "2");
                break;
            case "attribute":
                using (var parent = DirectoryHandle.Open(Path.GetDirectoryName(file)!))
                    parent.SetAttribute(Encoding.UTF8.GetBytes(Path.GetFileName(file)), "user.test"u8, "1"u8);
                break;
            case "target":
                File.Delete(file);
                File.CreateSymbolicLink(file, "elsewhere");
                break;
            case "time":
                File.SetLastWriteTimeUtc(file, new(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));
                break;
            default:
                throw new ArgumentException(what);
        }
        var after = Describe(project => project);
        Assert.Equal(stages.Order(), before.Keys.Where(stage => before[stage] != after[stage]).Order());
    }

    Dictionary<ImageStage, string> Describe(Func<ImageProject, ImageProject> change)
    {
        var inputs = new StageInputs(everything.Plan(locked: true, change), new DigestCache(Path.Combine(folder, "digests")));
        return Enum.GetValues<ImageStage>().ToDictionary(stage => stage, inputs.Describe);
    }
}
