namespace ImageSdk.Contracts.Messages;

/// <summary>What an entry of the build cache is.</summary>
public enum CachedKind
{
    /// <summary>What a stage made.</summary>
    Layer,

    /// <summary>A Debian package, decompressed.</summary>
    Package,

    /// <summary>Package lists of some sources, and what apt worked out from them.</summary>
    PackageLists,

    /// <summary>A file that was downloaded.</summary>
    Download,
}
