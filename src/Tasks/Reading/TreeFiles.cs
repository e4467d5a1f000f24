using System.IO.Enumeration;
using System.Text.RegularExpressions;

namespace ImageSdk.Tasks.Reading;

/// <summary>
/// The files of trees, for those who want a list: editors and dotnet watch. MSBuild's own patterns follow links to directories, and so
/// could list a whole machine.
/// </summary>
static partial class TreeFiles
{
    static readonly EnumerationOptions options = new() { RecurseSubdirectories = true, IgnoreInaccessible = true, AttributesToSkip = FileAttributes.None };

    /// <summary>
    /// Absolute paths of all files and links below the directory; none where there is no directory. A name that is not UTF-8 or has a
    /// backslash is left out: as an item it would be another one.
    /// </summary>
    public static IEnumerable<string> Below(string directory) =>
        !Directory.Exists(directory) ? [] : new FileSystemEnumerable<string>(directory, (ref entry) => entry.ToFullPath(), options)
        {
            ShouldIncludePredicate = (ref entry) => !IsDirectory(ref entry),
            ShouldRecursePredicate = (ref entry) => IsDirectory(ref entry),
        }.Where(path => path.AsSpan().IndexOfAny('\\', '\uFFFD') < 0);

    /// <summary>The path as an item's name, in which characters stand for themselves that MSBuild would expand.</summary>
    public static string AsItem(string path) => SpecialCharacter().Replace(path, match => $"%{(int)match.ValueSpan[0]:x2}");

    static bool IsDirectory(ref FileSystemEntry entry) => entry.IsDirectory && (entry.Attributes & FileAttributes.ReparsePoint) == 0;

    [GeneratedRegex("[%*?@$();']")]
    private static partial Regex SpecialCharacter();
}
