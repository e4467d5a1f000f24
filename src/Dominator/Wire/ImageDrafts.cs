using ImageSdk.Images;
using ImageSdk.Srpc.Gob;

namespace ImageSdk.Dominator;

struct FileSystemDraft : IGobDraft<FileSystem>
{
    public IReadOnlyDictionary<ulong, Inode>? InodeTable;
    public ulong NumRegularInodes;
    public ulong TotalDataBytes;
    public ulong DirectoryCount;
    public DirectoryInode? Root;

    public readonly FileSystem ToValue() => new()
    {
        Root = Root ?? new DirectoryInode(),
        InodeTable = InodeTable ?? new Dictionary<ulong, Inode>(),
        RegularInodeCount = NumRegularInodes,
        TotalDataBytes = TotalDataBytes,
        DirectoryCount = DirectoryCount,
    };
}

struct FilterDraft : IGobDraft<Filter>
{
    public IReadOnlyList<string>? Lines;

    public readonly Filter ToValue() => new(Lines ?? []);
}

struct TriggerDraft : IGobDraft<Trigger>
{
    public IReadOnlyList<string>? MatchLines;
    public string? Service;
    public string? SortName;
    public bool DoReboot;
    public bool DoReload;
    public bool HighImpact;

    public readonly Trigger ToValue() => new()
    {
        MatchLines = MatchLines ?? [],
        Service = Service ?? "",
        SortName = SortName ?? "",
        DoReboot = DoReboot,
        DoReload = DoReload,
        HighImpact = HighImpact,
    };
}

struct TriggersDraft : IGobDraft<Triggers>
{
    public IReadOnlyList<Trigger>? List;

    public readonly Triggers ToValue() => new(List ?? []);
}

struct AnnotationDraft : IGobDraft<Annotation>
{
    public ObjectHash? Object;
    public string? Url;

    public readonly Annotation ToValue() => new(Object, Url ?? "");
}

struct PackageDraft : IGobDraft<Package>
{
    public string? Name;
    public ulong Size;
    public string? Version;

    public readonly Package ToValue() => new(Name ?? "", Version ?? "", Size);
}

struct ImageDraft : IGobDraft<Image>
{
    public string? BuildBranch;
    public string? BuildCommitId;
    public string? BuildGitUrl;
    public string? CreatedBy;
    public string? CreatedFor;
    public Filter? Filter;
    public FileSystem? FileSystem;
    public Triggers? Triggers;
    public Annotation? ReleaseNotes;
    public Annotation? BuildLog;
    public DateTimeOffset? CreatedOn;
    public DateTimeOffset? ExpiresAt;
    public IReadOnlyList<string>? OwnerGroups;
    public IReadOnlyList<string>? OwnerUsers;
    public IReadOnlyList<Package>? Packages;
    public string? SourceImage;
    public IReadOnlyDictionary<string, string>? Tags;
    public IReadOnlyDictionary<string, Annotation>? Attestations;

    public readonly Image ToValue() => new()
    {
        BuildBranch = BuildBranch ?? "",
        BuildCommitId = BuildCommitId ?? "",
        BuildGitUrl = BuildGitUrl ?? "",
        CreatedBy = CreatedBy ?? "",
        CreatedFor = CreatedFor ?? "",
        Filter = Filter,
        FileSystem = FileSystem,
        Triggers = Triggers,
        ReleaseNotes = ReleaseNotes,
        BuildLog = BuildLog,
        CreatedOn = CreatedOn,
        ExpiresAt = ExpiresAt,
        OwnerGroups = OwnerGroups ?? [],
        OwnerUsers = OwnerUsers ?? [],
        Packages = Packages ?? [],
        SourceImage = SourceImage ?? "",
        Tags = Tags,
        Attestations = Attestations,
    };
}

struct ImageArchiveDraft : IGobDraft<ImageArchive>
{
    public string? ImageName;
    public Image? Image;

    public readonly ImageArchive ToValue() => new(ImageName ?? "", Image ?? new Image());
}

struct DirectoryMetadataDraft : IGobDraft<DirectoryMetadata>
{
    public string? OwnerGroup;

    public readonly DirectoryMetadata ToValue() => new(OwnerGroup ?? "");
}

struct ImageDirectoryDraft : IGobDraft<ImageDirectory>
{
    public string? Name;
    public DirectoryMetadata? Metadata;

    public readonly ImageDirectory ToValue() => new(Name ?? "", Metadata ?? new DirectoryMetadata(""));
}
