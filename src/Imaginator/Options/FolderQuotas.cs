using ImageSdk.Hosting.Flags;

namespace ImageSdk.Imaginator.Options;

/// <summary>Bytes that folders of a state directory may have: the flags of daemon and workers.</summary>
sealed class FolderQuotas
{
    const ulong GiB = 1ul << 30;

    /// <summary>Layers of builds.</summary>
    public ulong Cache { get; set; } = 100 * GiB;

    /// <summary>Source images.</summary>
    public ulong Store { get; set; } = 50 * GiB;

    /// <summary>Copies of repositories.</summary>
    public ulong Git { get; set; } = 20 * GiB;

    /// <summary>What builds of streams keep from one to the next.</summary>
    public ulong Builds { get; set; } = 10 * GiB;

    public void AddFlags(FlagSet flags)
    {
        flags.AddSize("cacheQuota", Cache, "Size of layers of builds at which those are deleted that were not used for longest", v => Cache = v);
        flags.AddSize("storeQuota", Store, "Size of source images from the image server at which the oldest are deleted", v => Store = v);
        flags.AddSize("gitQuota", Git, "Size of copies of repositories at which those are deleted that were not used for longest", v => Git = v);
        flags.AddSize("buildsQuota", Builds, "Size of what builds of streams keep for the next ones, at which that is deleted that was not used for longest", v => Builds = v);
    }
}
