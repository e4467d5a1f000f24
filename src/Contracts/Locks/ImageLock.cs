using System.Text.Json.Serialization;

namespace ImageSdk.Contracts.Locks;

/// <summary>
/// What an image was made of, to the byte: its source image, and name, version, architecture and digest of every package.
/// Lies beside the project as <see cref="DefaultFileName"/>; docs/packages.md describes the file.
/// </summary>
public sealed record ImageLock
{
    /// <summary>How an error says that a lock cannot be used.</summary>
    /// <param name="what">What it is: "not valid: …".</param>
    internal static string FaultMessage(string what) =>
        $"The lock is {what}. Take it from version control again, or delete it and restore: it is written again.";

    public const string DefaultFileName = "image.lock.json";

    /// <summary>Raise it when older versions cannot read the file.</summary>
    public const int CurrentVersion = 1;

    public int Version { get; init; } = CurrentVersion;

    /// <summary>amd64, arm64.</summary>
    public required string Architecture { get; init; }

    public required LockedSource Source { get; init; }

    /// <summary>Null where the image has a source image.</summary>
    public LockedBootstrap? Bootstrap { get; init; }

    /// <summary>Null where the project lists no packages, or none were planned yet.</summary>
    public LockedInstallation? Install { get; init; }

    /// <summary>All that this project puts into the image, each name once: what is installed later takes the place of a bootstrap's.</summary>
    [JsonIgnore]
    public IReadOnlyList<LockedPackage> Packages =>
    [
        .. (Install?.Packages ?? []).Concat(Bootstrap?.Packages ?? [])
            .DistinctBy(package => (package.Name, package.Architecture)).OrderBy(package => package.Name, StringComparer.Ordinal),
    ];
}

/// <summary>What the image stands on.</summary>
/// <param name="Name">
/// The image's name (STREAM/TIME) or, of another project, its stream; id and version of a NuGet package; what a bootstrap
/// makes, in words; the name or the address of a file that is unpacked.
/// </param>
/// <param name="TreeHash">
/// SHA-512 of the image's tree. Null for a bootstrap or a file, and for another project, whose image changes with every edit there and
/// has a lock of its own.
/// </param>
/// <param name="Digest">"sha256:HEX" or "sha512:HEX" of a file that is unpacked; null for others.</param>
public sealed record LockedSource(LockedSourceType Type, string Name, string? TreeHash = null, string? Digest = null);

public enum LockedSourceType
{
    Bootstrap,
    File,
    Package,
    Project,
    Store,
}

/// <summary>A root made from nothing.</summary>
/// <param name="Essential">Names of the packages that are installed first, in this order.</param>
/// <param name="Calls">Arguments of dpkg for the others, one list a call; NAME.deb stands for a package's file.</param>
/// <param name="Automatic">Names of those that came as dependencies, in apt's order.</param>
/// <param name="Packages">In the order of their names.</param>
public sealed record LockedBootstrap(
    IReadOnlyList<string> Essential, IReadOnlyList<IReadOnlyList<string>> Calls, IReadOnlyList<string> Automatic,
    IReadOnlyList<LockedPackage> Packages);

/// <summary>The packages that the project lists, and what came with them.</summary>
/// <param name="Requested">The package list.</param>
/// <param name="Below">SHA-256 of what was installed before: the plan holds for that only.</param>
/// <param name="Steps">In order.</param>
/// <param name="Automatic">Names of those that came as dependencies, in apt's order.</param>
/// <param name="Packages">In the order of their names.</param>
public sealed record LockedInstallation(
    IReadOnlyList<string> Requested, string Below, IReadOnlyList<LockedStep> Steps, IReadOnlyList<string> Automatic,
    IReadOnlyList<LockedPackage> Packages);

/// <summary>What dpkg does at once.</summary>
/// <param name="For">The names of the package list that it is for; none for an upgrade of what was there.</param>
/// <param name="Actions">"unpack NAME…" and "configure NAME…", in order.</param>
public sealed record LockedStep(IReadOnlyList<string> For, IReadOnlyList<string> Actions);

/// <summary>A package, to the byte.</summary>
/// <param name="Name">"less".</param>
/// <param name="Version">With the epoch where there is one: "1:4.13+dfsg1-1".</param>
/// <param name="Architecture">"amd64", "all".</param>
/// <param name="Sha256">Of the .deb, as the signed package lists have it.</param>
/// <param name="Size">Bytes of the .deb.</param>
/// <param name="Uri">Where it was when the lock was written.</param>
public sealed record LockedPackage(string Name, string Version, string Architecture, string Sha256, long Size, string Uri);
