using System.Buffers;
using System.Threading.Channels;
using ImageSdk.Images;
using ImageSdk.Posix;
using ImageSdk.Srpc;
using Microsoft.Win32.SafeHandles;

namespace ImageSdk.Dominator;

/// <summary>
/// Objects on their way to a server, one behind the other without waiting for answers, which the original sends at the
/// end only. Answers are read at the same time, so that neither side waits for the other. In memory is a block of the
/// content, and a hash for each object that is not answered yet. Not for several threads at once.
/// </summary>
public sealed class ObjectUpload : IAsyncDisposable
{
    const int BlockSize = 1 << 18;

    readonly SrpcClientCall call;
    readonly CancellationToken cancellation;
    readonly Channel<ObjectHash?> unanswered = Channel.CreateUnbounded<ObjectHash?>(new() { SingleReader = true, SingleWriter = true });
    readonly Task reading;
    SrpcException? failure;
    long answeredCount;

    internal ObjectUpload(SrpcClientCall call, CancellationToken cancellation)
    {
        this.call = call;
        this.cancellation = cancellation;
        reading = ReadAnswersAsync();
    }

    /// <summary>Objects that the server has answered, in the order in which they were added.</summary>
    public long AnsweredCount => Interlocked.Read(ref answeredCount);

    /// <summary>Objects that the server did not have before, of those answered.</summary>
    public long AddedCount { get; private set; }

    /// <summary>Sends an object.</summary>
    /// <param name="content">Must have as many bytes left as are announced.</param>
    /// <param name="length">In bytes, more than 0: an empty file has no object.</param>
    /// <param name="expected">Its hash, for the server to compare; null to have it computed only.</param>
    /// <exception cref="SrpcException">The server refused this object or one before, or the connection is lost.</exception>
    /// <exception cref="EndOfStreamException">The content is shorter; the upload cannot go on.</exception>
    public async Task AddAsync(Stream content, long length, ObjectHash? expected)
    {
        await AnnounceAsync(length, expected);
        var block = ArrayPool<byte>.Shared.Rent((int)Math.Min(length, BlockSize));
        try
        {
            for (var left = length; left > 0;)
            {
                var piece = block.AsMemory(0, (int)Math.Min(left, block.Length));
                await content.ReadExactlyAsync(piece, cancellation);
                await call.WriteBytesAsync(piece);
                left -= piece.Length;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
        }
    }

    /// <summary>Sends the first bytes of a file as an object.</summary>
    /// <exception cref="SrpcException">The server refused this object or one before, the connection is lost, or the file is shorter.</exception>
    /// <inheritdoc cref="AddAsync(Stream, long, ObjectHash?)" path="/param"/>
    public async Task AddAsync(SafeFileHandle file, long length, ObjectHash? expected)
    {
        await AnnounceAsync(length, expected);
        await call.WriteFileAsync(file, 0, length);
    }

    /// <summary>Sends a file as an object, without the zeros of its holes, to a server that takes that.</summary>
    /// <param name="runs">Of the whole file.</param>
    /// <inheritdoc cref="AddAsync(SafeFileHandle, long, ObjectHash?)" path="/exception"/>
    public async Task AddAsync(SafeFileHandle file, IReadOnlyList<FileRun> runs, ObjectHash? expected)
    {
        await AnnounceAsync(runs.Sum(run => run.Data + run.Zeros), expected, isSparse: true);
        foreach (var run in runs)
        {
            await call.WriteBytesAsync(SparseContent.Header(run));
            await call.WriteFileAsync(file, run.Start, run.Data);
        }
    }

    /// <summary>Sends an object that is in memory.</summary>
    /// <inheritdoc cref="AddAsync(Stream, long, ObjectHash?)" path="/exception"/>
    public async Task AddAsync(ReadOnlyMemory<byte> content, ObjectHash? expected)
    {
        await AnnounceAsync(content.Length, expected);
        await call.WriteBytesAsync(content);
    }

    async Task AnnounceAsync(long length, ObjectHash? expected, bool isSparse = false)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        ThrowIfFailed();
        await call.WriteAsync(
            isSparse ? AddObjectRequest.GobWithExtensions : AddObjectRequest.Gob, new() { Length = (ulong)length, ExpectedHash = expected, Sparse = isSparse });
        unanswered.Writer.TryWrite(expected);
    }

    /// <summary>Waits until all objects are answered. The connection is then free for other calls.</summary>
    /// <exception cref="SrpcException">The server refused an object, or the connection is lost.</exception>
    public async Task FinishAsync()
    {
        cancellation.ThrowIfCancellationRequested();
        await call.WriteAsync(AddObjectRequest.Gob, new());
        await call.FlushAsync();
        unanswered.Writer.TryComplete();
        await reading;
        // A server that refuses an object has read it, and the connection goes on.
        if (failure is null or { IsFromServer: true })
            await call.CloseAsync();
        ThrowIfFailed();
    }

    /// <summary>Gives the upload up, with the connection, unless it is finished.</summary>
    public async ValueTask DisposeAsync()
    {
        await call.DisposeAsync();
        unanswered.Writer.TryComplete();
        await reading;
    }

    async Task ReadAnswersAsync()
    {
        try
        {
            await foreach (var expected in unanswered.Reader.ReadAllAsync(CancellationToken.None))
            {
                var answer = await call.ReadAsync(AddObjectResponse.Gob);
                if (answer.ErrorString.Length > 0)
                    failure ??= new SrpcException(answer.ErrorString) { IsFromServer = true };
                else if (expected is { } hash && hash != answer.Hash)
                    failure ??= new SrpcException($"object {hash} was stored as {answer.Hash}");
                else if (answer.Added)
                    AddedCount++;
                Interlocked.Increment(ref answeredCount);
            }
        }
        catch (SrpcException problem)
        {
            failure ??= problem;
        }
        catch (Exception problem) when (problem is OperationCanceledException or ObjectDisposedException)
        {
            // Whoever cancelled or disposed does not wait for an answer.
            failure ??= new SrpcException("the upload was given up", problem);
        }
    }

    void ThrowIfFailed()
    {
        cancellation.ThrowIfCancellationRequested();
        if (failure is { } problem)
            throw new SrpcException(problem.Message, problem) { IsFromServer = problem.IsFromServer };
    }
}
