using ImageSdk.Images;

namespace ImageSdk.Dominator.Transfer;

/// <summary>Takes objects that come from somewhere. Is called by several threads, for each object once.</summary>
public interface IObjectSink
{
    /// <summary>Takes an object that is known to be right.</summary>
    /// <param name="index">Its position among those that were asked for.</param>
    void Take(int index, ReadOnlySpan<byte> content);

    /// <summary>
    /// Takes a long object. Only once this has returned it is compared; if it is wrong then, the whole transfer fails.
    /// Where the connection is lost on the way, it comes again from its start.
    /// </summary>
    /// <param name="index">Its position among those that were asked for.</param>
    /// <param name="content">To be read to its end.</param>
    ValueTask TakeAsync(int index, Stream content, CancellationToken cancellation);
}

/// <summary>An object that is wanted.</summary>
/// <param name="Size">Bytes, more than 0.</param>
public readonly record struct WantedObject(ObjectHash Hash, ulong Size);

/// <summary>Brings objects to a sink, each compared with its hash.</summary>
public interface IObjectFetcher
{
    /// <param name="objects">Each at most once.</param>
    /// <exception cref="InvalidDataException">An object is not what its hash says.</exception>
    /// <exception cref="IOException">An object is missing or cannot be read.</exception>
    Task FetchAsync(IReadOnlyList<WantedObject> objects, IObjectSink sink, CancellationToken cancellation = default);
}
