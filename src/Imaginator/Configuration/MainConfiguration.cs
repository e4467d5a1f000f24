using ImageSdk.Contracts.Projects;

namespace ImageSdk.Imaginator.Configuration;

/// <summary>The main configuration, which <c>-configurationUrl</c> names; read once, at the start.</summary>
sealed record MainConfiguration
{
    /// <summary>Directories of the machine that builds see, read-only, at the same paths.</summary>
    public IReadOnlyList<string> BindMounts { get; init; } = [];

    /// <summary>By name, with <c>$ARCH</c> expanded.</summary>
    public IReadOnlyDictionary<string, BootstrapConfiguration> BootstrapStreams { get; init; } = new Dictionary<string, BootstrapConfiguration>();

    /// <summary>The directory that each stream keeps between builds.</summary>
    public CacheSettings Cache { get; init; } = new();

    /// <summary>How often the streams file is looked at; zero for URLs that are read once. Local files are watched all the same.</summary>
    public TimeSpan ImageStreamsCheckInterval { get; init; }

    /// <summary>In the order in which they are built, with <c>$ARCH</c> expanded.</summary>
    public IReadOnlyList<string> ImageStreamsToAutoRebuild { get; init; } = [];

    /// <summary>As written: variables, which may be secrets, are not expanded. Empty for none.</summary>
    public string ImageStreamsUrl { get; init; } = "";

    /// <summary>Expressions of paths whose times are not taken from the stream's previous image.</summary>
    public IReadOnlyList<string> MtimesCopyFilterLines { get; init; } = [];

    public IReadOnlyDictionary<string, PackagerType> PackagerTypes { get; init; } = new Dictionary<string, PackagerType>();

    /// <summary>Links on the page of the dependency graph.</summary>
    public IReadOnlyList<QuickLink> RelationshipsQuickLinks { get; init; } = [];
}

/// <param name="Url">What follows <c>/showDirectedGraph</c>.</param>
sealed record QuickLink(string Name, string Url);
