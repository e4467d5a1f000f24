using ImageSdk.Images;

namespace ImageSdk.Dominator.Transfer;

/// <summary>A sink that can read again what it was given: then long objects are compared side by side, once several are there.</summary>
public interface IKeepingSink : IObjectSink
{
    /// <summary>Takes a long object as <see cref="IObjectSink.TakeAsync"/> does.</summary>
    /// <returns>What was written.</returns>
    ValueTask<KeptObject> KeepAsync(int index, Stream content, CancellationToken cancellation);
}

/// <summary>An object that was taken and is open still.</summary>
/// <param name="reader">Reads it from its start.</param>
/// <param name="file">Is disposed of when it is compared.</param>
public sealed class KeptObject(ContentReader reader, IDisposable file) : IDisposable
{
    public ContentReader Reader => reader;

    public void Dispose() => file.Dispose();
}
