using ImageSdk.Imaginator.Configuration;

namespace ImageSdk.Imaginator.Streams;

/// <summary>A stream of images that can be built.</summary>
/// <param name="Name">Its name.</param>
abstract record BuildableStream(string Name)
{
    /// <summary>Whether one may have it built who does not hold the power to.</summary>
    public abstract bool IsOpenTo(string user, IReadOnlySet<string> groups);

    /// <summary>Where it may be built.</summary>
    public abstract StreamPlacement Placement { get; }

    /// <summary>The architecture of its images, in the field's words.</summary>
    /// <param name="own">That of streams that name none.</param>
    public string ArchitectureOr(string own) => Placement.Architecture is { Length: > 0 } named ? named : own;
}

/// <summary>A stream whose images are made from nothing.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Configuration">What the main configuration says of it.</param>
sealed record BootstrapStream(string Name, BootstrapConfiguration Configuration) : BuildableStream(Name)
{
    public override bool IsOpenTo(string user, IReadOnlySet<string> groups) => false;

    public override StreamPlacement Placement => Configuration.Placement;
}

/// <summary>A stream whose images are built from a manifest directory.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Configuration">What the streams file says of it, or of all that match its name.</param>
sealed record ManifestStream(string Name, StreamConfiguration Configuration) : BuildableStream(Name)
{
    public override bool IsOpenTo(string user, IReadOnlySet<string> groups) =>
        Configuration.BuilderUsers.Contains(user) || Configuration.BuilderGroups.Overlaps(groups);

    public override StreamPlacement Placement => Configuration.Placement;
}
