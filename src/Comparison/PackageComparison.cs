using ImageSdk.Images;

namespace ImageSdk.Comparison;

/// <summary>What differs between two package lists.</summary>
/// <param name="Changed">Packages that both sides have in one version each, but not the same one.</param>
public sealed record PackageComparison(ListChange<Package> Presence, IReadOnlyList<PackageChange> Changed)
{
    public bool IsEmpty => Presence.IsEmpty && Changed.Count == 0;

    public static PackageComparison Compare(IReadOnlyList<Package> left, IReadOnlyList<Package> right)
    {
        var presence = ListChange<Package>.Compare(left, right, package => $"{package.Name}\n{package.Version}\n{package.Size}");
        var leftByName = left.ToLookup(package => package.Name, StringComparer.Ordinal);
        var rightByName = right.ToLookup(package => package.Name, StringComparer.Ordinal);
        // With several versions side by side, as kernels may have, nothing says which became which.
        var changed = presence.Removed
            .Where(package => leftByName[package.Name].Count() == 1 && rightByName[package.Name].Count() == 1)
            .Select(package => new PackageChange(package, rightByName[package.Name].Single())).ToArray();
        var names = changed.Select(change => change.Left.Name).ToHashSet(StringComparer.Ordinal);
        return new(
            new([.. presence.Added.Where(package => !names.Contains(package.Name))],
                [.. presence.Removed.Where(package => !names.Contains(package.Name))]),
            changed);
    }
}

/// <summary>A package in another version, or of another size.</summary>
public sealed record PackageChange(Package Left, Package Right)
{
    /// <summary>By the order of Debian's versions, which is about right for those of other packagers.</summary>
    public PackageChangeKind Kind => DebianVersion.Order.Compare(Left.Version, Right.Version) switch
    {
        < 0 => PackageChangeKind.Upgraded,
        > 0 => PackageChangeKind.Downgraded,
        _ => PackageChangeKind.Changed,
    };
}

public enum PackageChangeKind
{
    Upgraded,
    Downgraded,

    /// <summary>In the same version.</summary>
    Changed,
}
