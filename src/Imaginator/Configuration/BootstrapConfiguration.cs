using ImageSdk.Images;

namespace ImageSdk.Imaginator.Configuration;

/// <summary>How the images of a bootstrap stream are made.</summary>
sealed record BootstrapConfiguration
{
    /// <summary>Runs on the host. <c>$ARCH</c> is expanded, unless the argument has other variables.</summary>
    public IReadOnlyList<string> Command { get; init; } = [];

    /// <summary>Expressions of paths that are left out of the image.</summary>
    public IReadOnlyList<string> FilterLines { get; init; } = [];

    public string ImageFilterUrl { get; init; } = "";

    public string ImageTagsUrl { get; init; } = "";

    public string ImageTriggersUrl { get; init; } = "";

    public IReadOnlyList<string> OwnerGroups { get; init; } = [];

    public IReadOnlyList<string> OwnerUsers { get; init; } = [];

    public string PackagerType { get; init; } = "";

    public StreamPlacement Placement { get; init; } = StreamPlacement.Anywhere;

    /// <summary>What was read from <see cref="ImageFilterUrl"/>; null for a sparse image.</summary>
    public Filter? ImageFilter { get; init; }

    /// <summary>What was read from <see cref="ImageTagsUrl"/>.</summary>
    public IReadOnlyDictionary<string, string> ImageTags { get; init; } = new Dictionary<string, string>();

    /// <summary>What was read from <see cref="ImageTriggersUrl"/>; null for none.</summary>
    public Triggers? ImageTriggers { get; init; }
}
