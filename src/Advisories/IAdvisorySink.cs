namespace ImageSdk.Advisories;

/// <summary>Takes what readers of advisories find.</summary>
public interface IAdvisorySink
{
    /// <summary>Whether a package matters; asked before the rest of what is said of it is read.</summary>
    bool IsWanted(DistributionRelease release, string package);

    /// <summary>An advisory was read, about whatever it is.</summary>
    void Count();

    /// <summary>An advisory about a package that matters.</summary>
    void Add(Advisory advisory, DistributionRelease release, string package, AffectedVersions affected);
}
