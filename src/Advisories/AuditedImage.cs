namespace ImageSdk.Advisories;

/// <summary>An image as far as an audit must know it.</summary>
/// <param name="Name">As it was asked for: an image, a file.</param>
/// <param name="Release">Null where the image does not say what it is: then no advisory can be about it.</param>
public sealed record AuditedImage(string Name, DistributionRelease? Release, IReadOnlyList<AuditedPackage> Packages)
{
    /// <summary>Empty where it has none.</summary>
    public string Stream { get; init; } = "";

    /// <summary>The stream that it was built on; empty for none.</summary>
    public string SourceStream { get; init; } = "";

    /// <summary>Whether a lock holds the versions of its packages, so that a rebuild alone leaves them as they are.</summary>
    public bool IsLocked { get; init; }
}

/// <param name="Name">Of the binary package.</param>
/// <param name="SourceName">The source package, which advisories of Debian and Ubuntu are about; empty where that is not known.</param>
public sealed record AuditedPackage(string Name, string Version, string SourceName, string SourceVersion)
{
    /// <summary>A package that stands for itself where its source is not known.</summary>
    public static AuditedPackage Of(string name, string version, string sourceName = "", string sourceVersion = "") =>
        new(name, version, sourceName.Length > 0 ? sourceName : name, sourceVersion.Length > 0 ? sourceVersion : version);
}
