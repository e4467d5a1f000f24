using ImageSdk.Building;
using ImageSdk.Building.Workers;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Projects;
using ImageSdk.Contracts.Settings;
using ImageSdk.Images;
using ImageSdk.Tasks.Reading;
using ImageSdk.Trees;
using Microsoft.Build.Framework;

namespace ImageSdk.Tasks;

/// <summary>
/// Hands the project as MSBuild evaluated it to the engine, which merges it with the manifest directory, checks both and
/// writes the plan.
/// </summary>
[MSBuildMultiThreadableTask]
public sealed partial class PrepareImage : SandboxedImageTask
{
    /// <summary>Whether the build is only to be prefetched, beside something else that precedes it. Then nothing is written and nothing said.</summary>
    public bool OnlyBegins { get; set; }

    /// <summary>Image files of referenced projects, built or not; for a build that is prefetched.</summary>
    public ITaskItem[] ReferencedImages { get; set; } = [];

    private protected override string LiveTitle => OnlyBegins ? "" : nameof(PrepareImage);

    private protected override Task ExecuteAsync(ImageBuild build, BuildWorkers workers, CancellationToken cancellation)
    {
        if (OnlyBegins)
        {
            Begin(build, workers);
            return Task.CompletedTask;
        }
        if (workers.ComparesImages = ReportChanges)
            foreach (var file in (string[])[ChangesFile, PublishedChangesFile])
                ImageBuild.CheckChangesFile(file, Absolute(ProjectFile));
        build.StartWorkerAhead(workers, IsSpeculative, Absolute(CacheDirectory), Absolute(ManifestDirectory));
        ProjectText.RequireBackslashes(Absolute(ProjectFile), new()
        {
            ["ImageExcludeLines"] = ExcludeLines,
            ["ImageFilterLines"] = FilterLines,
            ["MtimesCopyAddFilterLines"] = MtimesCopyAddFilterLines,
            ["MtimesCopyFilterLines"] = MtimesCopyFilterLines,
        });
        build.Prepare(Project(), cancellation);
        return Task.CompletedTask;
    }

    void Begin(ImageBuild build, BuildWorkers workers)
    {
        try
        {
            build.Prefetch(Project(), [.. ReferencedImages.Select(image => Absolute(image.ItemSpec))], workers);
        }
        catch (BuildException)
        {
            // The build says what is wrong with the project.
        }
    }

    bool IsSpeculative => Words.Flag(Speculation, "ImageSpeculation", ProjectFile, unset: true);

    ImageProject Project()
    {
        var items = new ItemReader(Absolute);
        var filterAdds = Words.Adds(FilterMode, "ImageFilterMode", ProjectFile);
        var filterLines = Words.Lines(FilterLines);
        return new ImageProject
        {
            ProjectFile = Absolute(ProjectFile),
            ManifestDirectory = Path.TrimEndingDirectorySeparator(Absolute(ManifestDirectory)),
            UseManifestDirectory = Words.Flag(EnableDefaultImageItems, "EnableDefaultImageItems", ProjectFile, unset: true),
            Stream = Stream,
            Architecture = Architecture is "" ? throw Words.Wrong("ImageArchitecture", "", "amd64 or arm64 (or set RuntimeIdentifier to linux-x64 or linux-arm64)", ProjectFile) : Architecture,
            Source = Source(items),
            Bootstrap = Bootstrap(),
            PackagerTypes = items.PackagerTypes(PackagerTypes),
            Variables = [.. items.Named(Variables), .. NamedLines(VariableLines)],
            Packages = items.Names(Packages),
            Archives = items.Archives(PackageArchives),
            Launchpad = new(
                LaunchpadAddress is "" ? LaunchpadSettings.DefaultApi : LaunchpadAddress, LaunchpadArchiveAddress is "" ? LaunchpadSettings.DefaultArchives : LaunchpadArchiveAddress,
                KeyServer is "" ? LaunchpadSettings.DefaultKeyServer : KeyServer),
            Files = items.Files(Files),
            Trees = items.Trees(Trees),
            Scripts = items.Scripts(Scripts),
            Tags = items.Named(Tags),
            Triggers = items.Triggers(Triggers),
            AddTriggers = Words.Adds(TriggersMode, "ImageTriggersMode", ProjectFile) ?? false,
            // An empty list is a statement only where a mode is said; an unset property says nothing.
            FilterLines = filterLines is [] && filterAdds is null ? null : filterLines,
            AddFilter = filterAdds ?? false,
            ComputedFiles = items.ComputedFiles(ComputedFiles),
            AddComputedFiles = Words.Adds(ComputedFilesMode, "ComputedFilesMode", ProjectFile) ?? false,
            ExcludedPaths = Words.Lines(ExcludeLines),
            MtimesCopyFilterLines = Words.Lines(MtimesCopyFilterLines),
            MtimesCopyAddFilterLines = Words.Lines(MtimesCopyAddFilterLines),
            OwnerUsers = items.Names(OwnerUsers),
            OwnerGroups = items.Names(OwnerGroups),
            Tests = items.Paths(Tests),
            Sandbox = Sandbox(items),
            Installation = new()
            {
                AllowsUnavailableSources = Words.Flag(AllowUnavailablePackageSources, "ImageAllowUnavailablePackageSources", ProjectFile, unset: false),
                Conffiles = ConffilePolicy is "" ? default : Words.Choice<ConffilePolicy>(ConffilePolicy, "ImageConffilePolicy", ProjectFile),
            },
            Settings = MachineSettings(items),
            Cache = new()
            {
                BaseDirectory = BuildCacheBaseDirectory is "" ? "" : Absolute(BuildCacheBaseDirectory),
                MountPoint = BuildCacheMountPoint,
                SizeLimit = BuildCacheSizeLimit is "" ? 0 : Sizes.Parse(BuildCacheSizeLimit, "ImageBuildCacheSizeLimit", ProjectFile),
            },
            Lock = LockFile is "" ? null : new(
                Absolute(LockFile), Words.Flag(LockedMode, "RestoreLockedMode", ProjectFile), Words.Flag(ForceEvaluate, "RestoreForceEvaluate", ProjectFile)),
            RemoteCache = RemoteCacheSettings(),
            Speculation = IsSpeculative,
            Store = new(Absolute(StoreImageDirectory), Absolute(StoreObjectDirectory)),
            CacheDirectory = Absolute(CacheDirectory),
            ImageFile = Absolute(ImageRecord),
            Attestations = Attestations(),
            SbomFiles = SbomFiles.Trim() is "" ? ListedFiles.Auto : Words.Choice<ListedFiles>(SbomFiles.Trim(), "ImageSbomFiles", ProjectFile),
            SourceDateEpoch = SourceDateEpoch.Trim() is "" ? null : Words.Time(SourceDateEpoch, "SOURCE_DATE_EPOCH", ProjectFile),
            BuilderId = BuilderId,
        };
    }

    MachineSettings MachineSettings(ItemReader items) => new()
    {
        File = Absolute(ProjectFile),
        Groups = items.Groups(Groups),
        Users = items.Users(Users),
        Locales = Locale.Split([';', ' ', '\n', '\r', '\t'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries),
        Timezone = Timezone.Trim(),
        Keyboard = new(KeyboardLayout.Trim(), KeyboardVariant.Trim()),
        Hostname = Hostname.Trim(),
        KernelCommandLine = string.Join(' ', KernelCommandLine.Split([' ', '\t', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries)),
        Sysctl = items.Sysctl(SysctlParameters),
        Networks = items.Networks(NetworkInterfaces),
        Mounts = items.Mounts(Mounts, Partitions),
        Units = items.Units(Units),
        Credentials = items.Credentials(Credentials),
    };

    List<string> Attestations()
    {
        var kinds = new List<string>();
        var formats = Sbom.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (formats is not [var only] || !only.Equals("false", StringComparison.OrdinalIgnoreCase))
            kinds.AddRange(formats.Select(format => AttestationKinds.BillsOfMaterials.FirstOrDefault(kind => kind.Equals(format, StringComparison.OrdinalIgnoreCase))
                ?? throw Words.Wrong("ImageSbom", Sbom, $"a list of {string.Join(", ", AttestationKinds.BillsOfMaterials)}; or false", ProjectFile)));
        if (Words.Flag(Provenance, "ImageProvenance", ProjectFile))
            kinds.Add(AttestationKinds.Provenance);
        return [.. kinds.Distinct()];
    }

    SourceSettings Source(ItemReader items) => new()
    {
        Stream = IsServiceSource ? "" : SourceImage,
        GitCommitId = SourceImageGitCommitId,
        TagsToMatch = items.NamedValues(SourceImageTags),
        BuildVariables = items.Named(SourceImageBuildVariables),
        MaxAge = SourceImageMaxAge is "" ? null : Durations.Parse(SourceImageMaxAge, "SourceImageMaxAge", ProjectFile),
        BuildableStreams = items.NamedPaths(BuildableStreams, "Project"),
    };

    // An image of an image management service, not a stream.
    bool IsServiceSource => SourceImage.StartsWith("ims:", StringComparison.Ordinal);

    BootstrapSettings? Bootstrap()
    {
        if (IsServiceSource)
        {
            if (SourceImageFile is not "" || SourceImageUrl is not "" || BootstrapDistribution is not "" || BootstrapCommand is not "")
                throw new BuildException("IMG1003", "The project names both an image of an image management service (SourceImage) and another source. Remove one of them.", ProjectFile);
            return new() { Download = new(SourceImage.Trim()) { Service = SourceImageService.Trim(), Digest = SourceImageDigest.Trim() }, PackagerType = PackagerType };
        }
        if (SourceImageFile is not "" || SourceImageUrl is not "")
        {
            var name = SourceImageUrl is "" ? "SourceImageFile" : "SourceImageUrl";
            if (BootstrapDistribution is not "" || BootstrapCommand is not "")
                throw new BuildException("IMG1003", $"The project names both {name} and a bootstrap. A root is unpacked or made: remove {name} or the Bootstrap properties.", ProjectFile);
            if (SourceImageFile is not "" && SourceImageUrl is not "")
                throw new BuildException("IMG1003", "The project names both SourceImageFile and SourceImageUrl. One root is unpacked: remove one of them.", ProjectFile);
            return SourceImageUrl is ""
                ? new() { SourceFile = Absolute(SourceImageFile), PackagerType = PackagerType }
                : new()
                {
                    Download = new(SourceAddress(SourceImageUrl.Trim())) { Digest = SourceImageDigest.Trim(), Checksums = SourceImageChecksums.Trim(), KeyFile = SourceImageKey is "" ? "" : Absolute(SourceImageKey) },
                    PackagerType = PackagerType,
                };
        }
        if (BootstrapDistribution is not ("" or "debian" or "ubuntu"))
            throw Words.Wrong("BootstrapDistribution", BootstrapDistribution, "debian or ubuntu (for another one, set BootstrapCommand)", ProjectFile);
        if (BootstrapCommand is not "")
            return new()
            {
                Command = CommandLine.Split(BootstrapCommand, "BootstrapCommand", ProjectFile),
                PackagerType = PackagerType,
            };
        if (BootstrapDistribution is not "")
            throw Words.Wrong("BootstrapTool", BootstrapTool, "apt, mmdebstrap or debootstrap", ProjectFile);
        return null;
    }

    // The path of a layout is the project's.
    string SourceAddress(string address) => address.StartsWith("oci:", StringComparison.Ordinal) && address.Length > 4 ? "oci:" + Absolute(address[4..]) : address;

    // A path is told from an address by its first character, as everywhere: a host's name has no slash and no leading dot.
    RemoteCacheSettings? RemoteCacheSettings()
    {
        if (RemoteCache.Length == 0)
            return null;
        var isDirectory = RemoteCache[0] is '/' or '.' or '~';
        return new()
        {
            Directory = isDirectory ? Absolute(RemoteCache) : "",
            Server = isDirectory ? null : ImageServerParameters.Read(RemoteCache, ServerCertificates, ServerAuthorities, ServerFingerprint, ServerRequireTls, ServerConnections, Absolute),
            ReadOnly = Words.Flag(RemoteCacheReadOnly, "ImageRemoteCacheReadOnly", ProjectFile, unset: false),
            MaxAge = Durations.Parse(RemoteCacheMaxAge, "ImageRemoteCacheMaxAge", ProjectFile),
        };
    }

    SandboxSettings Sandbox(ItemReader items) => new()
    {
        BindMounts = items.BindMounts(BindMounts),
        Secrets = items.Secrets(Secrets),
        Capabilities = Words.Capabilities(Capabilities, "ImageCapabilities", ProjectFile),
        Limits = Limits(),
        ScriptsNetwork = Words.Flag(ScriptsNetwork, "ImageScriptsNetwork", ProjectFile, unset: true) && !IsNetwork("none"),
        Isolation = Isolation(),
        HostPorts = [.. Words.Ports(HostPorts, "ImageHostPorts", ProjectFile)],
        KeptIdentity = Identity(),
        TestTimeout = Durations.Parse(TestTimeout, "ImageTestTimeout", ProjectFile),
        BuildTimeout = Durations.Parse(BuildTimeout, "ImageBuildTimeout", ProjectFile),
    };

    bool IsNetwork(string choice) => Network.Trim().Equals(choice, StringComparison.OrdinalIgnoreCase);

    NetworkIsolation Isolation() =>
        Network.Trim().Length == 0 || IsNetwork("none") ? NetworkIsolation.WherePossible
        : IsNetwork("isolated") ? NetworkIsolation.Isolated
        : IsNetwork("host") ? NetworkIsolation.Host
        : throw Words.Wrong("ImageNetwork", Network, "isolated, host or none", ProjectFile);

    ResourceLimits Limits() => new()
    {
        Processes = ProcessLimit is "" ? null : Words.Count(ProcessLimit, "ImageProcessLimit", ProjectFile),
        Memory = MemoryLimit is "" ? 0 : Sizes.Parse(MemoryLimit, "ImageMemoryLimit", ProjectFile),
        Disk = DiskLimit is "" ? 0 : Sizes.Parse(DiskLimit, "ImageDiskLimit", ProjectFile),
        Entries = EntryLimit is "" ? ResourceLimits.DefaultEntries : Words.Count(EntryLimit, "ImageEntryLimit", ProjectFile),
        Archive = ArchiveLimit is "" ? ResourceLimits.DefaultArchive : Sizes.Parse(ArchiveLimit, "ImageArchiveLimit", ProjectFile),
        ArchiveRatio = ArchiveRatio is "" ? ResourceLimits.DefaultArchiveRatio : Words.Count(ArchiveRatio, "ImageArchiveRatio", ProjectFile),
    };

    IReadOnlyList<string> Identity()
    {
        var kinds = KeepIdentity.Split([';', ',', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return Array.Find(kinds, kind => !MachineIdentity.Kinds.Contains(kind)) is { } unknown
            ? throw Words.Wrong("ImageKeepIdentity", unknown, string.Join(", ", MachineIdentity.Kinds), ProjectFile)
            : [.. kinds.Distinct().Order(StringComparer.Ordinal)];
    }

    /// <summary>NAME=value, one a line.</summary>
    IEnumerable<NamedValue> NamedLines(string text)
    {
        foreach (var line in Words.Lines(text))
        {
            var at = line.IndexOf('=');
            yield return at > 0
                ? new NamedValue(line[..at], line[(at + 1)..])
                : throw Words.Wrong("ImageVariables", line, "NAME=value, one a line", ProjectFile);
        }
    }
}
