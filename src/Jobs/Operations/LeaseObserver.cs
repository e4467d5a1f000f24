namespace ImageSdk.Jobs.Operations;

/// <summary>A lease as the database shows it.</summary>
sealed record ObservedLease
{
    public long Id { get; init; }
    public required string Token { get; init; }
    public long Beat { get; init; }
    public long Lease { get; init; }
    public string? Process { get; init; }
    public string? Worker { get; init; }
}

/// <summary>
/// Tells lost leases by watching: one whose counter has not moved for as long as the lease lasts, by this process's monotonic clock, while
/// this process kept looking. No clock of one machine is compared with another's, and none that can be set is read. An observer that could
/// not look for a while (the database was away, the process was stopped) begins from the start, as workers could not speak meanwhile.
/// </summary>
sealed class LeaseObserver(TimeProvider clock, TimeSpan interval)
{
    readonly Dictionary<string, (long Beat, long Since)> known = [];
    long? last;

    /// <summary>Takes in all leases as they are now and returns the lost ones.</summary>
    public List<ObservedLease> Observe(IReadOnlyCollection<ObservedLease> leases)
    {
        var now = clock.GetTimestamp();
        if (last is { } before && clock.GetElapsedTime(before, now) > 3 * interval)
            known.Clear();
        last = now;
        foreach (var gone in known.Keys.Except(leases.Select(lease => lease.Token)).ToList())
            known.Remove(gone);
        return [.. leases.Where(lease => IsLost(lease, now))];
    }

    bool IsLost(ObservedLease lease, long now)
    {
        if (ProcessIdentity.IsGone(lease.Process))
            return true;
        if (!known.TryGetValue(lease.Token, out var seen) || seen.Beat != lease.Beat)
        {
            known[lease.Token] = (lease.Beat, now);
            return false;
        }
        return clock.GetElapsedTime(seen.Since, now) >= TimeSpan.FromMilliseconds(lease.Lease);
    }
}
