using ImageSdk.Building.State;
using ImageSdk.Comparison;
using ImageSdk.Contracts.Locks;
using ImageSdk.Images;

namespace ImageSdk.Cli.Comparison;

/// <summary>What differs between two locks (image.lock.json): their packages, and what they stand on.</summary>
static class LockComparison
{
    const string Extension = ".lock.json";

    /// <summary>Whether an argument means a lock rather than an image.</summary>
    public static bool IsLock(string argument) => argument.EndsWith(Extension, StringComparison.Ordinal) && File.Exists(argument);

    public static ChangeReport Compare(string leftFile, string rightFile)
    {
        var (left, right) = (ImageLockFile.Read(leftFile), ImageLockFile.Read(rightFile));
        var (mine, theirs) = (left.Packages.ToDictionary(Key), right.Packages.ToDictionary(Key));
        var compared = PackageComparison.Compare([.. left.Packages.Select(From)], [.. right.Packages.Select(From)]);
        // The same version may have been built again, to a file that happens to be as long.
        var rebuilt = mine.Where(package => theirs.TryGetValue(package.Key, out var other)
                && other.Version == package.Value.Version && other.Size == package.Value.Size && other.Sha256 != package.Value.Sha256)
            .Select(package => new PackageChange(From(package.Value), From(theirs[package.Key])));
        return new(leftFile, rightFile, compared with { Changed = [.. compared.Changed.Concat(rebuilt).OrderBy(change => change.Left.Name, StringComparer.Ordinal)] })
        {
            Source = (Describe(left.Source), Describe(right.Source)),
        };
    }

    static (string, string) Key(LockedPackage package) => (package.Name, package.Architecture);

    static Package From(LockedPackage package) => new($"{package.Name}:{package.Architecture}", package.Version, (ulong)package.Size);

    static string Describe(LockedSource source) => source.TreeHash is { } hash ? $"{source.Name} ({hash})" : source.Name;
}
