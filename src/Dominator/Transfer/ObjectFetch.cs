using System.Buffers;
using ImageSdk.Images;
using ImageSdk.Srpc;

namespace ImageSdk.Dominator.Transfer;

/// <summary>
/// Downloads objects over several connections. When one is lost, makes another and asks for what is still missing. In
/// memory is a block for each connection.
/// </summary>
/// <param name="connections">To the server.</param>
/// <param name="options">Null for the usual ones.</param>
/// <param name="progress">Counts what has come; null where nobody looks.</param>
public sealed class ObjectFetch(ServerConnections connections, TransferOptions? options = null, TransferProgress? progress = null)
    : IObjectFetcher
{
    const int BatchObjects = 1024;

    // One call for so many bytes: the connections share the work evenly, and little has to come again.
    const ulong BatchBytes = 16 << 20;
    const int BlockSize = 4 << 20;

    readonly TransferOptions options = options ?? TransferOptions.Default;

    /// <exception cref="SrpcException">The server has not got an object, or cannot be reached.</exception>
    /// <exception cref="InvalidDataException">The server sends another content.</exception>
    /// <inheritdoc cref="IObjectFetcher.FetchAsync" path="/param"/>
    public async Task FetchAsync(IReadOnlyList<WantedObject> objects, IObjectSink sink, CancellationToken cancellation = default)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var batches = new BatchQueue(objects);
        Task[] workers = [.. Enumerable.Range(0, options.Connections).Select(_ => Task.Run(() => WorkAsync(objects, batches, sink, stop), cancellation))];
        await Task.WhenAll(workers).ContinueWith(static _ => { }, TaskScheduler.Default);
        // What failed first has cancelled the others.
        if (workers.FirstOrDefault(worker => worker.IsFaulted) is { } failed)
            await failed;
        await Task.WhenAll(workers);
    }

    async Task WorkAsync(IReadOnlyList<WantedObject> objects, BatchQueue batches, IObjectSink sink, CancellationTokenSource stop)
    {
        var worker = new Worker(connections, objects, sink, progress, options, stop.Token);
        try
        {
            while (batches.TryTake(out var start, out var end))
                await worker.FetchAsync(start, end);
        }
        catch
        {
            await stop.CancelAsync();
            throw;
        }
        finally
        {
            await worker.DisposeAsync();
        }
    }

    /// <summary>Hands out ranges of the objects.</summary>
    sealed class BatchQueue(IReadOnlyList<WantedObject> objects)
    {
        int next;

        public bool TryTake(out int start, out int end)
        {
            lock (this)
            {
                start = next;
                var bytes = 0ul;
                while (next < objects.Count && next - start < BatchObjects && (next == start || bytes + objects[next].Size <= BatchBytes))
                    bytes += objects[next++].Size;
                end = next;
                return end > start;
            }
        }
    }

    /// <summary>One connection's work.</summary>
    sealed class Worker(
        ServerConnections connections, IReadOnlyList<WantedObject> objects, IObjectSink sink, TransferProgress? progress,
        TransferOptions options, CancellationToken cancellation) : IAsyncDisposable
    {
        readonly byte[] block = ArrayPool<byte>.Shared.Rent(BlockSize);
        readonly Redial redial = new(options);
        SrpcConnection? connection;
        int next;

        public async Task FetchAsync(int start, int end)
        {
            next = start;
            while (next < end)
            {
                try
                {
                    connection ??= await connections.RentAsync(cancellation);
                    await ReceiveAsync(end);
                }
                catch (SrpcException problem) when (!problem.IsFromServer)
                {
                    await CloseAsync();
                    await redial.WaitAsync(problem, cancellation);
                    connection = await TryConnectAsync();
                }
            }
        }

        public async ValueTask DisposeAsync()
        {
            ArrayPool<byte>.Shared.Return(block);
            await CloseAsync();
        }

        async Task<SrpcConnection?> TryConnectAsync()
        {
            try
            {
                return await connections.ConnectAsync(cancellation);
            }
            catch (SrpcException problem) when (!problem.IsFromServer)
            {
                // Counted when it is tried again.
                return null;
            }
        }

        async Task ReceiveAsync(int end)
        {
            var start = next;
            var hashes = new ObjectHash[end - start];
            for (var index = 0; index < hashes.Length; index++)
                hashes[index] = objects[start + index].Hash;
            await using var download = await ObjectDownload.OpenAsync(connection!, hashes, cancellation);
            for (var index = 0; index < hashes.Length; index++)
            {
                if (download.Sizes[index] != objects[start + index].Size)
                    throw new InvalidDataException($"object {hashes[index]} has {download.Sizes[index]} bytes at the server instead of {objects[start + index].Size}");
            }
            while (next < end)
            {
                if (objects[next].Size > BlockSize)
                    await ReceiveLongAsync(download, next - start);
                else
                    await ReceiveBlockAsync(download, end);
                redial.Reset();
            }
            await download.CloseAsync();
        }

        async Task ReceiveLongAsync(ObjectDownload download, int index)
        {
            using var content = download.OpenNext(index);
            await sink.TakeAsync(next, content, cancellation);
            if (await content.FinishAsync() is var actual && actual != objects[next].Hash)
                throw WrongContent(objects[next].Hash, actual);
            progress?.Add(1, content.Length);
            next++;
        }

        async Task ReceiveBlockAsync(ObjectDownload download, int end)
        {
            var last = next;
            var length = 0;
            while (last < end && objects[last].Size <= (ulong)(BlockSize - length))
                length += (int)objects[last++].Size;
            await download.ReadAsync(block.AsMemory(0, length));
            Deliver(last);
            progress?.Add(last - next, length);
            next = last;
        }

        void Deliver(int last)
        {
            var contents = new ReadOnlyMemory<byte>[last - next];
            var at = 0;
            for (var index = 0; index < contents.Length; index++)
            {
                var size = (int)objects[next + index].Size;
                contents[index] = block.AsMemory(at, size);
                at += size;
            }
            var hashes = ObjectHash.OfMany(contents);
            for (var index = 0; index < contents.Length; index++)
            {
                if (hashes[index] != objects[next + index].Hash)
                    throw WrongContent(objects[next + index].Hash, hashes[index]);
            }
            for (var index = 0; index < contents.Length; index++)
            {
                cancellation.ThrowIfCancellationRequested();
                sink.Take(next + index, contents[index].Span);
            }
        }

        static InvalidDataException WrongContent(ObjectHash wanted, ObjectHash actual) =>
            new($"object {wanted} came with the content of {actual}");

        async ValueTask CloseAsync()
        {
            if (connection is not null)
                await connections.ReturnAsync(connection);
            connection = null;
        }
    }
}
