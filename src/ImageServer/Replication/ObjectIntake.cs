using ImageSdk.Dominator.Transfer;
using ImageSdk.Images;
using ImageSdk.ImageServer.Objects;
using ImageSdk.Storage;

namespace ImageSdk.ImageServer.Replication;

/// <summary>Takes objects from a master into the store. They are there, and safe, once <see cref="Commit"/> returns.</summary>
/// <param name="hashes">The objects that were asked for, in that order.</param>
sealed class ObjectIntake(ObjectCatalogue objects, IReadOnlyList<ObjectHash> hashes) : IObjectSink, IDisposable
{
    readonly ObjectAdder adder = objects.Store.BeginAdding();
    long bytes;

    /// <summary>Of what has come.</summary>
    public ulong Bytes => (ulong)Interlocked.Read(ref bytes);

    public void Take(int index, ReadOnlySpan<byte> content)
    {
        adder.Add(content, hashes[index]);
        Interlocked.Add(ref bytes, content.Length);
    }

    public ValueTask TakeAsync(int index, Stream content, CancellationToken cancellation)
    {
        var added = adder.Add(content, hashes[index], cancellation);
        Interlocked.Add(ref bytes, (long)added.Size);
        return ValueTask.CompletedTask;
    }

    /// <exception cref="IOException">The disk is full or broken.</exception>
    public void Commit() => adder.Commit();

    public void Dispose() => adder.Dispose();
}
