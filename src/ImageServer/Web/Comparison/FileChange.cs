using ImageSdk.Images;

namespace ImageSdk.ImageServer.Web.Comparison;

/// <summary>A path that is not the same on both sides: null on the side that has not got it.</summary>
sealed record FileChange(ByteString Path, Inode? Left, Inode? Right, DiffAspects Aspects)
{
    static readonly (DiffAspects Aspect, string Name)[] names =
    [
        (DiffAspects.Type, "type"), (DiffAspects.Mode, "mode"), (DiffAspects.Owner, "owner"), (DiffAspects.Size, "size"),
        (DiffAspects.Content, "content"), (DiffAspects.Mtime, "mtime"), (DiffAspects.Links, "links"),
        (DiffAspects.ExtendedAttributes, "extendedAttributes"),
    ];

    /// <summary>"added", "removed" or "changed".</summary>
    public string Kind => Left is null ? "added" : Right is null ? "removed" : "changed";

    /// <summary>What changed. Where the type did, that says it all.</summary>
    public IEnumerable<string> AspectNames => Aspects.HasFlag(DiffAspects.Type)
        ? ["type"]
        : names.Where(name => Aspects.HasFlag(name.Aspect)).Select(name => name.Name);

    /// <summary>All in order of their paths.</summary>
    public static IReadOnlyList<FileChange> Of(ImageDiff diff) =>
    [
        .. diff.Added.Select(entry => new FileChange(entry.Path, null, entry.Inode, DiffAspects.None))
            .Concat(diff.Removed.Select(entry => new FileChange(entry.Path, entry.Inode, null, DiffAspects.None)))
            .Concat(diff.Changed.Select(change => new FileChange(change.Path, change.Left, change.Right, change.Aspects)))
            .OrderBy(change => change.Path),
    ];
}
