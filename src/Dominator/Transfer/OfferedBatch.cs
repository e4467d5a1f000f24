using ImageSdk.Images;

namespace ImageSdk.Dominator.Transfer;

/// <summary>An object that a server may need.</summary>
/// <param name="Size">Bytes, more than 0.</param>
/// <param name="Content">Where it is in memory already; else empty, and it is read when it is sent.</param>
public readonly record struct OfferedObject(ObjectHash Hash, ulong Size, ReadOnlyMemory<byte> Content = default);

/// <summary>Objects that are asked about together.</summary>
/// <param name="objects">Each at most once.</param>
/// <param name="release">Called once when the contents in memory are no longer needed; may be null.</param>
public sealed class OfferedBatch(IReadOnlyList<OfferedObject> objects, Action? release = null)
{
    Action? release = release;

    public IReadOnlyList<OfferedObject> Objects { get; } = objects;

    internal ulong Bytes => Objects.Aggregate(0ul, (sum, next) => sum + next.Size);

    internal OfferedBatch With(IReadOnlyList<OfferedObject> chosen) => new(chosen, Release);

    /// <summary>Called by the receiver when it needs the contents in memory no longer.</summary>
    public void Release() => Interlocked.Exchange(ref release, null)?.Invoke();
}
