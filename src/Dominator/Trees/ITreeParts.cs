using ImageSdk.Images;

namespace ImageSdk.Dominator.Trees;

/// <summary>Gets the objects that a tree is made of.</summary>
public interface ITreeParts
{
    /// <summary>Fetches objects from <c>URL/HASH</c>, many at once.</summary>
    /// <param name="hashes">Each once.</param>
    /// <exception cref="TreeException">One cannot be had, or is not what its hash says.</exception>
    Task FetchAsync(string url, IReadOnlyList<ObjectHash> hashes, CancellationToken cancellation);

    /// <summary>Reads an object of the last fetch.</summary>
    /// <param name="most">Bytes that it may have.</param>
    /// <exception cref="TreeException">It is longer.</exception>
    byte[] Read(ObjectHash hash, ulong most);
}
