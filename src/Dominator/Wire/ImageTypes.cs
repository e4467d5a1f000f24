using ImageSdk.Images;
using ImageSdk.Srpc.Gob;

using static ImageSdk.Srpc.Gob.GobTypes;

namespace ImageSdk.Dominator;

/// <summary>Images and what they are made of. Fields are in the order of the original.</summary>
static class ImageTypes
{
    public static GobType<FileSystem> FileSystem { get; } = new GobRecord<FileSystem, FileSystemDraft>("FileSystem")
    {
        { "InodeTable", Map("InodeTable", U64, InodeTypes.Any), f => f.InodeTable.Count == 0 ? null : f.InodeTable, (ref d, v) => d.InodeTable = v },
        { "NumRegularInodes", U64, f => f.RegularInodeCount, (ref d, v) => d.NumRegularInodes = v },
        { "TotalDataBytes", U64, f => f.TotalDataBytes, (ref d, v) => d.TotalDataBytes = v },
        { "DirectoryCount", U64, f => f.DirectoryCount, (ref d, v) => d.DirectoryCount = v },
        { "DirectoryInode", InodeTypes.Directory, f => f.Root, (ref d, v) => d.Root = v },
    };

    public static GobType<Filter> Filter { get; } = new GobRecord<Filter, FilterDraft>("Filter")
    {
        { "FilterLines", CommonTypes.Strings, f => f.Lines, (ref d, v) => d.Lines = v },
    };

    // Go meets it first behind a pointer and then sends no name.
    public static GobType<Trigger> Trigger { get; } = new GobRecord<Trigger, TriggerDraft>("")
    {
        { "MatchLines", CommonTypes.Strings, t => t.MatchLines, (ref d, v) => d.MatchLines = v },
        { "Service", Text, t => t.Service, (ref d, v) => d.Service = v },
        { "SortName", Text, t => t.SortName, (ref d, v) => d.SortName = v },
        { "DoReboot", Bool, t => t.DoReboot, (ref d, v) => d.DoReboot = v },
        { "DoReload", Bool, t => t.DoReload, (ref d, v) => d.DoReload = v },
        { "HighImpact", Bool, t => t.HighImpact, (ref d, v) => d.HighImpact = v },
    };

    public static GobType<Triggers> Triggers { get; } = new GobRecord<Triggers, TriggersDraft>("Triggers")
    {
        { "Triggers", Slice("[]*triggers.Trigger", Trigger), t => t.List, (ref d, v) => d.List = v },
    };

    public static GobType<Annotation> Annotation { get; } = new GobRecord<Annotation, AnnotationDraft>("Annotation")
    {
        { "Object", PointerToValue(CommonTypes.Hash), a => a.Object, (ref d, v) => d.Object = v },
        { "URL", Text, a => a.Url, (ref d, v) => d.Url = v },
    };

    public static GobType<Package> Package { get; } = new GobRecord<Package, PackageDraft>("Package")
    {
        { "Name", Text, p => p.Name, (ref d, v) => d.Name = v },
        { "Size", U64, p => p.Size, (ref d, v) => d.Size = v },
        { "Version", Text, p => p.Version, (ref d, v) => d.Version = v },
    };

    public static GobType<IReadOnlyDictionary<string, string>?> Tags { get; } = Map("Tags", Text, Text);

    public static GobType<Image> Image { get; } = new GobRecord<Image, ImageDraft>("Image")
    {
        { "BuildBranch", Text, i => i.BuildBranch, (ref d, v) => d.BuildBranch = v },
        { "BuildCommitId", Text, i => i.BuildCommitId, (ref d, v) => d.BuildCommitId = v },
        { "BuildGitUrl", Text, i => i.BuildGitUrl, (ref d, v) => d.BuildGitUrl = v },
        { "CreatedBy", Text, i => i.CreatedBy, (ref d, v) => d.CreatedBy = v },
        { "CreatedFor", Text, i => i.CreatedFor, (ref d, v) => d.CreatedFor = v },
        { "Filter", Pointer(Filter), i => i.Filter, (ref d, v) => d.Filter = v },
        { "FileSystem", Pointer(FileSystem), i => i.FileSystem, (ref d, v) => d.FileSystem = v },
        { "Triggers", Pointer(Triggers), i => i.Triggers, (ref d, v) => d.Triggers = v },
        { "ReleaseNotes", Pointer(Annotation), i => i.ReleaseNotes, (ref d, v) => d.ReleaseNotes = v },
        { "BuildLog", Pointer(Annotation), i => i.BuildLog, (ref d, v) => d.BuildLog = v },
        { "CreatedOn", OptionalTime, i => i.CreatedOn, (ref d, v) => d.CreatedOn = v },
        { "ExpiresAt", OptionalTime, i => i.ExpiresAt, (ref d, v) => d.ExpiresAt = v },
        { "OwnerGroups", CommonTypes.Strings, i => i.OwnerGroups, (ref d, v) => d.OwnerGroups = v },
        { "OwnerUsers", CommonTypes.Strings, i => i.OwnerUsers, (ref d, v) => d.OwnerUsers = v },
        { "Packages", Slice("[]image.Package", Package), i => i.Packages, (ref d, v) => d.Packages = v },
        { "SourceImage", Text, i => i.SourceImage, (ref d, v) => d.SourceImage = v },
        { "Tags", Tags, i => i.Tags, (ref d, v) => d.Tags = v },
        // Ours; peers of the original skip it.
        { "Attestations", Map("map[string]image.Annotation", Text, Annotation), i => i.Attestations is { Count: > 0 } some ? some : null, (ref d, v) => d.Attestations = v },
    };

    public static GobType<ImageArchive> ImageArchive { get; } = new GobRecord<ImageArchive, ImageArchiveDraft>("ImageArchive")
    {
        { "ImageName", Text, a => a.ImageName, (ref d, v) => d.ImageName = v },
        { "Image", Image, a => a.Image, (ref d, v) => d.Image = v },
    };

    public static GobType<DirectoryMetadata> DirectoryMetadata { get; } = new GobRecord<DirectoryMetadata, DirectoryMetadataDraft>("DirectoryMetadata")
    {
        { "OwnerGroup", Text, m => m.OwnerGroup, (ref d, v) => d.OwnerGroup = v },
    };

    public static GobType<ImageDirectory> Directory { get; } = new GobRecord<ImageDirectory, ImageDirectoryDraft>("Directory")
    {
        { "Name", Text, m => m.Name, (ref d, v) => d.Name = v },
        { "Metadata", DirectoryMetadata, m => m.Metadata, (ref d, v) => d.Metadata = v },
    };
}
