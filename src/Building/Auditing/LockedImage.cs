using System.Text.RegularExpressions;
using ImageSdk.Advisories;
using ImageSdk.Contracts.Locks;

namespace ImageSdk.Building.Auditing;

/// <summary>What a lock makes of an image, for an audit. Of the source packages it knows what the addresses of packages say.</summary>
public static partial class LockedImage
{
    /// <param name="name">What the image is to be called.</param>
    public static AuditedImage From(ImageLock read, string name) => new(name, ReleaseOf(read.Source), [.. read.Packages.Select(From)]) { IsLocked = true };

    static AuditedPackage From(LockedPackage package) => Pool().Match(package.Uri) is { Success: true } match
        ? AuditedPackage.Of(package.Name, package.Version, Uri.UnescapeDataString(match.Groups[1].Value), Rebuilt().Replace(package.Version, ""))
        : AuditedPackage.Of(package.Name, package.Version);

    // "debian bookworm minbase main".
    static DistributionRelease? ReleaseOf(LockedSource source) =>
        source.Type == LockedSourceType.Bootstrap && source.Name.Split(' ') is [var distribution, var release, ..] ? DistributionRelease.Of(distribution, release) : null;

    // ".../pool/main/g/glibc/libc6_2.36-9_amd64.deb"
    [GeneratedRegex("/pool/(?:[^/]+/)*([^/]+)/[^/]+$")]
    private static partial Regex Pool();

    // A package that was built once more from the same source.
    [GeneratedRegex(@"\+b[0-9]+$")]
    private static partial Regex Rebuilt();
}
