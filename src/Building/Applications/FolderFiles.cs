using System.IO.Enumeration;

namespace ImageSdk.Building.Applications;

/// <summary>The files below a folder. Links to folders are not followed: they may lead back, or out.</summary>
static class FolderFiles
{
    public static IEnumerable<FileInfo> Find(string folder) => new FileSystemEnumerable<FileInfo>(
        folder, static (ref FileSystemEntry entry) => (FileInfo)entry.ToFileSystemInfo(),
        new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None, IgnoreInaccessible = false })
    {
        ShouldIncludePredicate = static (ref FileSystemEntry entry) => !entry.IsDirectory,
        ShouldRecursePredicate = static (ref FileSystemEntry entry) => !entry.Attributes.HasFlag(FileAttributes.ReparsePoint),
    };
}
