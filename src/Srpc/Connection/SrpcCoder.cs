using ImageSdk.Srpc.Gob;

namespace ImageSdk.Srpc;

/// <summary>Writes and reads the values of one call. Nothing carries over to the next: each call has a new one.</summary>
abstract class SrpcCoder : IDisposable
{
    public static SrpcCoder Create(SrpcCoding coding, SrpcStream stream, GobLimits limits, bool isServer) => coding switch
    {
        SrpcCoding.Json => new JsonCoder(stream, limits, isServer),
        _ => new GobCoder(stream, limits),
    };

    /// <exception cref="GobException">The value is cut, too large or of another type.</exception>
    public abstract ValueTask<T> ReadAsync<T>(GobType<T> type, CancellationToken cancellation);

    /// <exception cref="GobException">The value cannot be written.</exception>
    public abstract ValueTask WriteAsync<T>(GobType<T> type, T value, CancellationToken cancellation);

    /// <summary>Whether, after a value that could not be read, the stream is where the next thing begins.</summary>
    public abstract bool AtBoundary { get; }

    /// <summary>Gives back what the values that were read have taken of the memory for large ones.</summary>
    public virtual void Dispose()
    {
    }

    sealed class GobCoder(SrpcStream stream, GobLimits limits) : SrpcCoder
    {
        // What the Go of today starts with, so that we send what the original sends.
        const int FirstTypeId = 64;

        readonly GobDecoder decoder = new(stream, limits);
        readonly GobEncoder encoder = new(stream, FirstTypeId);

        public override bool AtBoundary => decoder.AtBoundary;

        public override void Dispose()
        {
            decoder.Dispose();
            base.Dispose();
        }

        public override ValueTask<T> ReadAsync<T>(GobType<T> type, CancellationToken cancellation) =>
            decoder.ReadAsync(type, cancellation);

        public override ValueTask WriteAsync<T>(GobType<T> type, T value, CancellationToken cancellation) =>
            encoder.WriteAsync(type, value, cancellation);
    }
}
