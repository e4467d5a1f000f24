using ImageSdk.Images;

namespace ImageSdk.ImageServer.Web.Comparison;

/// <summary>A package that is not the same on both sides: null on the side that has not got it.</summary>
sealed record PackageChange(Package? Left, Package? Right)
{
    public string Name => (Right ?? Left)!.Name;

    /// <summary>The differing packages by name. Of those with several versions, each version is for itself.</summary>
    public static IReadOnlyList<PackageChange> Compare(IReadOnlyList<Package> left, IReadOnlyList<Package> right)
    {
        var change = ListChange<Package>.Compare(left, right, package => $"{package.Name}\n{package.Version}\n{package.Size}");
        var added = change.Added.ToLookup(package => package.Name, StringComparer.Ordinal);
        var removed = change.Removed.ToLookup(package => package.Name, StringComparer.Ordinal);
        return [.. added.Select(group => group.Key).Union(removed.Select(group => group.Key)).Order(StringComparer.Ordinal).SelectMany(Pair)];

        IEnumerable<PackageChange> Pair(string name) => (removed[name].ToArray(), added[name].ToArray()) switch
        {
            ([var old], [var young]) => [new(old, young)],
            var (old, young) => [.. old.Select(package => new PackageChange(package, null)), .. young.Select(package => new PackageChange(null, package))],
        };
    }
}
