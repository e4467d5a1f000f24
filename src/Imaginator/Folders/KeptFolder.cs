namespace ImageSdk.Imaginator.Folders;

/// <summary>A folder that is kept within limits.</summary>
/// <param name="Name">Below the state directory.</param>
/// <param name="Holds">What is in it, for people.</param>
/// <param name="Flag">The flag of its quota.</param>
/// <param name="Limits">What it may have.</param>
/// <param name="Content">Knows what is in it.</param>
sealed record KeptFolder(string Name, string Holds, string Flag, FolderLimits Limits, IFolderContent Content);

/// <param name="Quota">Bytes.</param>
/// <param name="MaxAge">How long something may lie there unused; null for ever.</param>
sealed record FolderLimits(ulong Quota, TimeSpan? MaxAge = null)
{
    /// <summary>What a clean-up leaves: a little less than what may be there, so that it does not run all the time.</summary>
    public ulong Target => Quota / 100 * 95;
}

/// <summary>What is in a folder, and how it goes. Calls come one after the other, while builds go on.</summary>
interface IFolderContent
{
    /// <summary>Whether nothing can be removed while a build goes on.</summary>
    bool IsSharedByBuilds => false;

    /// <returns>Bytes.</returns>
    Task<ulong> MeasureAsync(CancellationToken cancellation);

    /// <summary>Whether there is something that lies there for longer than it may.</summary>
    bool HasExpired(FolderLimits limits) => false;

    /// <summary>Removes what is over the limits, what was not used for longest first. What is used stays.</summary>
    Task CollectAsync(FolderLimits limits, CancellationToken cancellation);
}
