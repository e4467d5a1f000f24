namespace ImageSdk.Advisories;

/// <summary>What is said of a vulnerability.</summary>
/// <param name="Id">"DSA-5532-1", "CVE-2023-5363".</param>
/// <param name="Aliases">CVEs that it is about, without <paramref name="Id"/>.</param>
/// <param name="Severity">In the words of whoever says it; empty where nothing does.</param>
public sealed record Advisory(string Id, IReadOnlyList<string> Aliases, string Severity)
{
    /// <summary>The one CVE that it is about; else the advisory's own identifier.</summary>
    public string Subject => IsCve(Id) ? Id : Aliases is [var only] ? only : Id;

    /// <summary>Whether it is known by a name.</summary>
    public bool IsCalled(string name) => name.Equals(Id, StringComparison.OrdinalIgnoreCase) || Aliases.Contains(name, StringComparer.OrdinalIgnoreCase);

    public static bool IsCve(string id) => id.StartsWith("CVE-", StringComparison.Ordinal);
}

/// <summary>Versions of a package that an advisory is about, of one release.</summary>
public sealed class AffectedVersions
{
    readonly IReadOnlyCollection<string> versions;
    readonly IComparer<string> order;
    readonly RangeEvent[][] ranges;

    /// <param name="versions">Named one by one.</param>
    /// <param name="ranges">Where a vulnerability comes and goes, in any order.</param>
    /// <param name="order">Of versions.</param>
    /// <param name="isElsewhere">Whether the version that mends it is in another archive than the release's own.</param>
    public AffectedVersions(IReadOnlyCollection<string> versions, IEnumerable<IReadOnlyList<RangeEvent>> ranges, IComparer<string> order, bool isElsewhere = false)
    {
        (this.versions, this.order, IsElsewhere) = (versions, order, isElsewhere);
        var byVersion = new ZeroFirst(order);
        this.ranges = [.. ranges.Select(range => range.OrderBy(change => change.At, byVersion).ThenBy(change => change.Kind).ToArray())];
    }

    public bool IsElsewhere { get; }

    /// <summary>Whether a version is among them.</summary>
    /// <param name="fixedIn">The first version behind it that is not; null where there is none.</param>
    public bool Contains(string version, out string? fixedIn)
    {
        var isIn = false;
        fixedIn = null;
        foreach (var range in ranges)
        {
            isIn |= IsIn(range, version);
            foreach (var (kind, at) in range)
                if (kind == RangeEventKind.Fixed && order.Compare(at, version) > 0 && (fixedIn is null || order.Compare(at, fixedIn) < 0))
                    fixedIn = at;
        }
        return isIn || versions.Contains(version);
    }

    // As OSV's schema evaluates it.
    bool IsIn(RangeEvent[] events, string version)
    {
        var (isIn, hasLimit, isBelowLimit) = (false, false, false);
        foreach (var (kind, at) in events)
            switch (kind)
            {
                case RangeEventKind.Introduced when at == "0" || order.Compare(version, at) >= 0:
                    isIn = true;
                    break;
                case RangeEventKind.Fixed when order.Compare(version, at) >= 0:
                case RangeEventKind.LastAffected when order.Compare(version, at) > 0:
                    isIn = false;
                    break;
                case RangeEventKind.Limit:
                    hasLimit = true;
                    isBelowLimit |= at == "*" || order.Compare(version, at) < 0;
                    break;
            }
        return isIn && (!hasLimit || isBelowLimit);
    }

    // "0" is before every version, also before "0~rc1".
    sealed class ZeroFirst(IComparer<string> order) : IComparer<string>
    {
        public int Compare(string? left, string? right) => (left == "0", right == "0") switch
        {
            (true, true) => 0,
            (true, false) => -1,
            (false, true) => 1,
            _ => order.Compare(left, right),
        };
    }
}

/// <summary>In the order in which they count at one version.</summary>
public enum RangeEventKind
{
    Introduced,
    LastAffected,
    Fixed,
    Limit,
}

public readonly record struct RangeEvent(RangeEventKind Kind, string At);
