using System.Buffers;
using ImageSdk.Dominator;
using ImageSdk.Images;
using ImageSdk.Srpc;

namespace ImageSdk.ImageServer.Objects;

/// <summary>
/// Serves one call of AddObjects. While a batch is brought to the disk, the next one is received; small objects are
/// hashed and written by other threads meanwhile. Held in memory are a few buffers and the answers of two batches.
/// </summary>
sealed class ObjectReceiver(ObjectCatalogue catalogue, SrpcServerCall call, IObjectForwarder? forwarder)
{
    // Without a batch being full: whoever waits for an answer before sending more gets it.
    static readonly TimeSpan patience = TimeSpan.FromSeconds(1);

    const int MaxBuffers = 4;
    const int SkipBlock = 1 << 16;

    /// <summary>How long what was added is kept after the end of the call, for images to refer to it.</summary>
    public static TimeSpan Grace { get; } = TimeSpan.FromSeconds(11);

    readonly ObjectPins pins = new(catalogue);
    readonly SemaphoreSlim buffers = new(MaxBuffers);
    ReceivedBuffer? buffer;
    ReceivedBatch? batch;
    Task completing = Task.CompletedTask;
    bool hasFailed;
    long count;
    ulong bytes;

    /// <exception cref="IOException">The connection is lost. What came whole before is stored nevertheless.</exception>
    /// <exception cref="ImageSdk.Srpc.Gob.GobException">The caller sent something else.</exception>
    public async Task RunAsync()
    {
        try
        {
            while (await ReadRequestAsync() is { Length: > 0 } request)
            {
                await ReceiveAsync(request);
                if (batch is not null && (batch.HasFailed || batch.IsFull(patience)))
                    await CompleteAsync();
            }
        }
        finally
        {
            await EndAsync();
        }
    }

    async Task<AddObjectRequest> ReadRequestAsync()
    {
        var reading = call.ReadAsync(AddObjectRequest.GobWithExtensions);
        if (reading.IsCompleted || batch is null)
            return await reading;
        if (buffer is { IsWorthwhile: true })
            Dispatch();
        var request = reading.AsTask();
        try
        {
            return await request.WaitAsync(patience, catalogue.Time);
        }
        catch (TimeoutException) when (!request.IsFaulted)
        {
            await CompleteAsync();
            return await request;
        }
    }

    async Task ReceiveAsync(AddObjectRequest request)
    {
        var (length, expected) = (request.Length, request.ExpectedHash);
        batch ??= new(catalogue, pins);
        var isLarge = length > ReceivedBuffer.Capacity || request.Sparse;
        if ((FindExcess(length) ?? (isLarge ? batch.Refusal(length, expected, request.Sparse) : null)) is { } reason)
        {
            batch.Refuse(length, reason);
            // Before the content is ignored: whoever listens need not send all of it.
            await CompleteAsync();
            await SkipAsync(request);
            return;
        }
        if (isLarge)
        {
            Dispatch();
            var content = request.Sparse ? new SparseContentStream(call.Stream, length, call.Aborted) : call.Stream;
            await batch.StoreAsync(content, length, expected, call.Aborted, request.Sparse);
            return;
        }
        if (buffer is not null && !buffer.HasRoomFor(length))
            Dispatch();
        if (buffer is null)
        {
            await buffers.WaitAsync(call.Aborted);
            buffer = new();
        }
        await buffer.ReadAsync(call.Stream, (int)length, call.Aborted);
        // Only now: what is not whole is no object of the batch.
        buffer.Add(batch.Add(length), expected);
    }

    /// <summary>Why an object is more than one call may bring; null where it is not.</summary>
    string? FindExcess(ulong length)
    {
        var limits = catalogue.Admission.Limits;
        if (limits.UploadCount > 0 && ++count > limits.UploadCount)
            return ObjectAdmission.Refuse("IMG7301", $"one upload may have {limits.UploadCount} objects (-objectServerMaximumUploadCount): send the rest in another");
        if (limits.UploadSize > 0 && length > limits.UploadSize - bytes)
            return ObjectAdmission.Refuse("IMG7301", $"one upload may have {HumanSize.FormatExact(limits.UploadSize)} (-objectServerMaximumUploadSize): send the rest in another");
        bytes += length;
        return null;
    }

    Task SkipAsync(AddObjectRequest request) => request.Sparse
        ? new SparseContentStream(call.Stream, request.Length, call.Aborted).SkipAsync()
        : SkipAsync(call.Stream, request.Length, call.Aborted);

    static async Task SkipAsync(Stream stream, ulong length, CancellationToken cancellation)
    {
        var block = ArrayPool<byte>.Shared.Rent(SkipBlock);
        try
        {
            for (var left = length; left > 0;)
            {
                var piece = block.AsMemory(0, (int)Math.Min(left, (ulong)block.Length));
                await stream.ReadExactlyAsync(piece, cancellation);
                left -= (ulong)piece.Length;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
        }
    }

    // The buffer is free again when its objects are hashed and written.
    void Dispatch()
    {
        if (buffer is null)
            return;
        batch!.Process(buffer, () => buffers.Release());
        buffer = null;
    }

    // Waits for the batch before this one, so that there are never more than two.
    async Task CompleteAsync()
    {
        Dispatch();
        await completing;
        completing = CompleteAsync(batch!);
        batch = null;
    }

    async Task CompleteAsync(ReceivedBatch full)
    {
        // What is refused is gone when that is said.
        await using (full)
            await full.CompleteAsync(forwarder, call.Aborted);
        foreach (var item in full.Objects)
        {
            hasFailed |= item.Error.Length > 0;
            await call.WriteAsync(AddObjectResponse.Gob, new() { ErrorString = item.Error, Hash = item.Hash, Added = item.IsNew });
        }
        await call.FlushAsync();
    }

    async Task EndAsync()
    {
        try
        {
            // Whether or not anybody still listens.
            await completing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (batch is not null)
            {
                Dispatch();
                completing = CompleteAsync(batch);
            }
            await completing;
        }
        finally
        {
            if (hasFailed)
                pins.Dispose();
            else
                pins.ReleaseAfter(Grace);
        }
    }
}
