namespace ImageSdk.Contracts.Projects;

/// <summary>How the packages of an image are installed.</summary>
public sealed record InstallationSettings
{
    /// <summary>
    /// Whether a source of packages that cannot be brought up to date is a warning and not an error. What is built without it is not
    /// reused by later builds.
    /// </summary>
    public bool AllowsUnavailableSources { get; init; }

    /// <summary>What happens to configuration files that are in the way of a package's own.</summary>
    public ConffilePolicy Conffiles { get; init; } = ConffilePolicy.Keep;
}

/// <summary>The answer to dpkg's question about a configuration file that is there and that the package does not know.</summary>
public enum ConffilePolicy
{
    /// <summary>The file stays; the package's own lies beside it.</summary>
    Keep,

    /// <summary>The package's own takes its place; the file lies beside it.</summary>
    Replace,
}
