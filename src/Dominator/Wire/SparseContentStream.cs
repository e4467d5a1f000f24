using ImageSdk.Posix;
using ImageSdk.Srpc.Gob;

namespace ImageSdk.Dominator;

/// <summary>A <see cref="SparseContent"/> that comes over a stream, as a stream of what it stands for.</summary>
/// <param name="inner">Stays the caller's.</param>
/// <param name="length">Bytes of the content.</param>
public sealed class SparseContentStream(Stream inner, ulong length, CancellationToken cancellation) : AsyncReadStream
{
    readonly SparseContent.Reader reader = new(destination => inner.ReadAsync(destination, cancellation), length);

    public override long Length => checked((long)length);

    /// <exception cref="GobException">What comes is none.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> destination, CancellationToken cancellation = default)
    {
        try
        {
            return await reader.ReadAsync(destination);
        }
        catch (InvalidDataException problem)
        {
            throw new GobException(problem.Message, problem);
        }
    }

    /// <summary>Passes over what is left, without making its zeros.</summary>
    /// <exception cref="GobException">What comes is none.</exception>
    /// <exception cref="EndOfStreamException">It ends too early.</exception>
    public async Task SkipAsync()
    {
        try
        {
            await reader.SkipAsync();
        }
        catch (InvalidDataException problem)
        {
            throw new GobException(problem.Message, problem);
        }
    }
}
