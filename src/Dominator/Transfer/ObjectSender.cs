using System.Buffers;
using ImageSdk.Images;
using ImageSdk.Posix;
using ImageSdk.Srpc;

namespace ImageSdk.Dominator.Transfer;

/// <summary>
/// Sends objects over one connection, in one call. When the connection is lost, makes another and sends what the server
/// has not got by then. Not for several threads at once.
/// </summary>
sealed class ObjectSender(
    ServerConnections connections, IObjectSource source, TransferOptions options, TransferProgress progress,
    CancellationToken cancellation) : IAsyncDisposable
{
    // Up to this an object is read at once and sent from memory.
    const int BlockSize = 1 << 17;

    readonly Queue<(ObjectHash Hash, ulong Size)> unconfirmed = new();
    readonly Redial redial = new(options);
    SrpcConnection? connection;
    ObjectUpload? upload;
    long confirmed;

    /// <summary>Sends an object; it is at the server once <see cref="FinishAsync"/> has returned.</summary>
    /// <exception cref="SrpcException">The server refuses it, or cannot be reached.</exception>
    /// <exception cref="IOException">The content cannot be read.</exception>
    public async Task SendAsync(OfferedObject next)
    {
        unconfirmed.Enqueue((next.Hash, next.Size));
        try
        {
            await OpenAsync();
            await WriteAsync(next);
            TakeConfirmed();
        }
        catch (SrpcException problem) when (!problem.IsFromServer)
        {
            await RecoverAsync(problem);
        }
        progress.Add(1, (long)next.Size);
    }

    /// <summary>Waits until all is confirmed. The server keeps the objects for some seconds even where no image needs them.</summary>
    /// <exception cref="SrpcException">The server refuses an object, or cannot be reached.</exception>
    public async Task FinishAsync()
    {
        while (upload is not null)
        {
            try
            {
                await upload.FinishAsync();
                await connections.ReturnAsync(connection!);
                (connection, upload) = (null, null);
            }
            catch (SrpcException problem) when (!problem.IsFromServer)
            {
                await RecoverAsync(problem);
            }
        }
    }

    public ValueTask DisposeAsync() => CloseAsync();

    async Task OpenAsync()
    {
        if (upload is not null)
            return;
        connection ??= await connections.RentAsync(cancellation);
        upload = await new ObjectServerClient(connection).AddObjectsAsync(cancellation);
        confirmed = 0;
    }

    async Task WriteAsync(OfferedObject next)
    {
        if (!next.Content.IsEmpty)
        {
            await upload!.AddAsync(next.Content, next.Hash);
            return;
        }
        using var content = source.OpenRead(next.Hash);
        if (next.Size > BlockSize)
        {
            if (content is FileStream file)
            {
                // Before the first byte is sent, so that a file that was cut does not pass for a lost connection.
                if ((ulong)file.Length < next.Size)
                    throw new EndOfStreamException($"{file.Name} has {file.Length} bytes instead of {next.Size}");
                if (await FindHolesAsync(file, next.Size) is { } runs)
                    await upload!.AddAsync(file.SafeFileHandle, runs, next.Hash);
                else
                    await upload!.AddAsync(file.SafeFileHandle, (long)next.Size, next.Hash);
            }
            else
                await upload!.AddAsync(content, (long)next.Size, next.Hash);
            return;
        }
        var block = ArrayPool<byte>.Shared.Rent((int)next.Size);
        try
        {
            // Before the first byte is sent, so that a file that was cut does not cost the connection.
            content.ReadExactly(block.AsSpan(0, (int)next.Size));
            await upload!.AddAsync(block.AsMemory(0, (int)next.Size), next.Hash);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
        }
    }

    /// <summary>The parts of a file that need not be sent as a whole; null for one that does.</summary>
    async Task<IReadOnlyList<FileRun>?> FindHolesAsync(FileStream file, ulong size)
    {
        if (size <= SparseContent.MaxPlain)
            return null;
        var runs = FileRuns.Of(file.SafeFileHandle, (long)size);
        return SparseContent.IsWorthIt(runs) && await connections.TakesSparseAsync(cancellation) ? runs : null;
    }

    void TakeConfirmed()
    {
        for (var count = upload!.AnsweredCount; confirmed < count; confirmed++)
        {
            unconfirmed.Dequeue();
            redial.Reset();
        }
    }

    async Task RecoverAsync(SrpcException problem)
    {
        while (true)
        {
            if (upload is not null)
                TakeConfirmed();
            await CloseAsync();
            await redial.WaitAsync(problem, cancellation);
            try
            {
                connection = await connections.ConnectAsync(cancellation);
                await SendAgainAsync();
                return;
            }
            catch (SrpcException next) when (!next.IsFromServer)
            {
                problem = next;
            }
        }
    }

    async Task SendAgainAsync()
    {
        var left = unconfirmed.ToArray();
        var missing = await ObjectCheck.FindMissingAsync(connection!, left, cancellation);
        unconfirmed.Clear();
        // In the queue before the first is sent, so that none is forgotten when this connection is lost too.
        foreach (var index in missing)
            unconfirmed.Enqueue(left[index]);
        foreach (var index in missing)
        {
            await OpenAsync();
            await WriteAsync(new(left[index].Hash, left[index].Size));
        }
        TakeConfirmedIfOpen();
    }

    void TakeConfirmedIfOpen()
    {
        if (upload is not null)
            TakeConfirmed();
    }

    async ValueTask CloseAsync()
    {
        if (upload is not null)
            await upload.DisposeAsync();
        if (connection is not null)
            await connection.DisposeAsync();
        (connection, upload) = (null, null);
    }
}
