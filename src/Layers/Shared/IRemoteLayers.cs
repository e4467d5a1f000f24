using ImageSdk.Dominator.Transfer;
using ImageSdk.Images;

namespace ImageSdk.Layers.Shared;

/// <summary>Where shared layers are.</summary>
interface IRemoteLayers : IAsyncDisposable
{
    /// <summary>Where the contents of files come from.</summary>
    IObjectFetcher Objects { get; }

    /// <summary>The record of a layer as it is kept; null where there is none.</summary>
    /// <exception cref="InvalidDataException">What is there does not have the hash under which it is kept.</exception>
    Task<byte[]?> FindAsync(string id, CancellationToken cancellation);

    /// <summary>Adds a layer that is not there yet. Whoever comes second keeps the first one's.</summary>
    Task AddAsync(string id, Image image, IObjectSource objects, CancellationToken cancellation);

    /// <summary>Takes a damaged layer out of use, as far as that is permitted.</summary>
    Task RemoveAsync(string id, CancellationToken cancellation);
}
