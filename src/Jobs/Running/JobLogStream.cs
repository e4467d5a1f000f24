using System.Buffers;
using System.IO.Pipelines;
using ImageSdk.Jobs.Queues;

namespace ImageSdk.Jobs.Running;

/// <summary>Collects what a handler writes to its log and stores it in the background, a few times a second.</summary>
sealed class JobLogStream : Stream
{
    /// <summary>How many bytes one transaction stores at most.</summary>
    const int LargestPiece = 256 << 10;

    /// <summary>So many bytes wait in memory while the database is away; then writers wait.</summary>
    const int LargestBacklog = 16 << 20;

    static readonly TimeSpan FlushInterval = TimeSpan.FromMilliseconds(200);

    readonly JobLease lease;
    readonly TimeProvider clock;
    readonly CancellationToken lost;
    readonly Pipe pipe = new(new PipeOptions(pauseWriterThreshold: LargestBacklog, resumeWriterThreshold: LargestBacklog / 2, useSynchronizationContext: false));
    readonly SemaphoreSlim writing = new(1, 1);
    readonly TaskCompletionSource completed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly Task storing;

    /// <param name="lease">Whose log it is.</param>
    /// <param name="clock">Paces the writes.</param>
    /// <param name="lost">The lease is lost: what is written from now on goes nowhere.</param>
    public JobLogStream(JobLease lease, TimeProvider clock, CancellationToken lost)
    {
        this.lease = lease;
        this.clock = clock;
        this.lost = lost;
        storing = Task.Run(StoreAsync, CancellationToken.None);
    }

    async Task StoreAsync()
    {
        try
        {
            while (true)
            {
                var read = await pipe.Reader.ReadAsync(lost);
                var piece = read.Buffer.Slice(0, Math.Min(read.Buffer.Length, LargestPiece));
                if (piece.IsEmpty && read.IsCompleted)
                    break;
                await StoreAsync(piece.ToArray());
                pipe.Reader.AdvanceTo(piece.End);
                if (read.Buffer.Length <= LargestPiece)
                    await Task.WhenAny(completed.Task, Task.Delay(FlushInterval, clock, lost));
            }
        }
        catch (Exception exception) when (exception is JobException or OperationCanceledException)
        {
            // Whoever runs the job hears of it by the heartbeat; the handler need not fail for its log.
        }
        finally
        {
            await pipe.Reader.CompleteAsync();
        }
    }

    /// <summary>Waits as long as it takes for a database that is away; the heartbeat decides when it was too long.</summary>
    async Task StoreAsync(byte[] piece)
    {
        while (true)
            try
            {
                await lease.AppendLogAsync(piece, lost);
                return;
            }
            catch (JobException exception) when (exception is not LeaseLostException)
            {
                await Task.Delay(JobRunnerOptions.RetryPause, clock, lost);
            }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await writing.WaitAsync(cancellationToken);
        try
        {
            await pipe.Writer.WriteAsync(buffer, cancellationToken);
        }
        finally
        {
            writing.Release();
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Write(byte[] buffer, int offset, int count) => WriteAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    public override void Write(ReadOnlySpan<byte> buffer) => WriteAsync(buffer.ToArray()).AsTask().GetAwaiter().GetResult();

    /// <summary>Waits until all is stored.</summary>
    public override async ValueTask DisposeAsync()
    {
        await writing.WaitAsync();
        try
        {
            await pipe.Writer.CompleteAsync();
        }
        finally
        {
            writing.Release();
        }
        completed.TrySetResult();
        await storing;
        await base.DisposeAsync();
    }

    public override bool CanRead => false;
    public override bool CanSeek => false;
    public override bool CanWrite => true;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
}
