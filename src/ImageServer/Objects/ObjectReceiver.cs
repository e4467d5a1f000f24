using ImageSdk.Dominator;
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

    /// <summary>How long what was added is kept after the end of the call, for images to refer to it.</summary>
    public static TimeSpan Grace { get; } = TimeSpan.FromSeconds(11);

    readonly ObjectPins pins = new(catalogue);
    readonly SemaphoreSlim buffers = new(MaxBuffers);
    ReceivedBuffer? buffer;
    ReceivedBatch? batch;
    Task completing = Task.CompletedTask;
    bool hasFailed;

    /// <exception cref="IOException">The connection is lost. What came whole before is stored nevertheless.</exception>
    /// <exception cref="GobException">The caller sent something else.</exception>
    public async Task RunAsync()
    {
        try
        {
            while (await ReadRequestAsync() is { Length: > 0 } request)
            {
                await ReceiveAsync(request);
                if (batch!.HasFailed || batch.IsFull(patience))
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
        if (length > ReceivedBuffer.Capacity || request.Sparse)
        {
            Dispatch();
            var content = request.Sparse ? new SparseContentStream(call.Stream, length, call.Aborted) : call.Stream;
            await batch.StoreAsync(content, length, expected, call.Aborted);
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
