using System.Globalization;
using ImageSdk.Images;

namespace ImageSdk.Comparison.Reports;

/// <summary>Changes of files in words.</summary>
static class FileChangeText
{
    /// <summary>"12 objects, 3.4 MiB".</summary>
    public static string Describe(TransferSize transfer) =>
        $"{transfer.Objects.ToString("N0", CultureInfo.InvariantCulture)} object{(transfer.Objects == 1 ? "" : "s")}, {HumanSize.Format(transfer.Bytes)}";

    /// <summary>"mode 4755 -> 0644", "content", one for each aspect.</summary>
    public static IEnumerable<string> Describe(PathChange change)
    {
        var (left, right) = (change.Left, change.Right);
        foreach (var aspect in DiffAspectNames.In(change.Aspects))
        {
            var name = DiffAspectNames.Of(aspect);
            yield return (aspect, left, right) switch
            {
                (DiffAspects.Type, _, _) => $"{InodeText.Describe(left)} -> {InodeText.Describe(right)}",
                (DiffAspects.Mode, ModedInode mine, ModedInode theirs) =>
                    $"{name} {InodeMode.FormatPermissions(mine.Mode)} -> {InodeMode.FormatPermissions(theirs.Mode)}",
                (DiffAspects.Owner, _, _) => $"{name} {left.Uid}:{left.Gid} -> {right.Uid}:{right.Gid}",
                (DiffAspects.Size, RegularInode mine, RegularInode theirs) => $"{name} {mine.Size} -> {theirs.Size}",
                (DiffAspects.Content, not RegularInode, _) => $"{InodeText.Describe(left)} -> {InodeText.Describe(right)}",
                (DiffAspects.Mtime, _, _) => $"{name} {InodeText.Time(left)} -> {InodeText.Time(right)}",
                _ => name,
            };
        }
    }
}
