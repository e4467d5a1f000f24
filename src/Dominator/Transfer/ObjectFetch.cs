using System.Buffers;
using ImageSdk.Images;
using ImageSdk.Srpc;

namespace ImageSdk.Dominator.Transfer;

/// <summary>
/// Downloads objects over several connections, those of like size together, as they are hashed side by side. When a
/// connection is lost, makes another and asks for what is still missing. In memory is a block for each connection.
/// </summary>
/// <param name="connections">To the server.</param>
/// <param name="options">Null for the usual ones.</param>
/// <param name="progress">Counts what has come; may be null.</param>
public sealed class ObjectFetch(ServerConnections connections, TransferOptions? options = null, TransferProgress? progress = null)
    : IObjectFetcher
{
    // What is larger may come without its zeros, and so not into a block.
    const int BlockSize = (int)SparseContent.MaxPlain;
    const int MinBlockSize = 1 << 19;
    const ulong SideBySide = 16;

    // Where it can be read again, what is longer is written and compared then, which needs no memory for several at once.
    const int MaxKeptInMemory = 1 << 18;

    readonly TransferOptions options = options ?? TransferOptions.Default;

    /// <exception cref="SrpcException">The server has not got an object, or cannot be reached.</exception>
    /// <exception cref="InvalidDataException">The server sends another content.</exception>
    /// <inheritdoc cref="IObjectFetcher.FetchAsync" path="/param"/>
    public async Task FetchAsync(IReadOnlyList<WantedObject> objects, IObjectSink sink, CancellationToken cancellation = default)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var plan = new FetchPlan(objects, (ulong)(sink is IKeepingSink ? MaxKeptInMemory : BlockSize));
        Task[] workers = [.. Enumerable.Range(0, options.Connections).Select(_ => Task.Run(() => WorkAsync(plan, sink, stop), cancellation))];
        await Task.WhenAll(workers).ContinueWith(static _ => { }, TaskScheduler.Default);
        // What failed first has cancelled the others.
        if (workers.FirstOrDefault(worker => worker.IsFaulted) is { } failed)
            await failed;
        await Task.WhenAll(workers);
    }

    async Task WorkAsync(FetchPlan plan, IObjectSink sink, CancellationTokenSource stop)
    {
        var worker = new Worker(connections, plan, sink, progress, options, stop.Token);
        try
        {
            while (plan.TryTake(out var start, out var end))
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

    /// <summary>One connection's work.</summary>
    sealed class Worker(
        ServerConnections connections, FetchPlan objects, IObjectSink sink, TransferProgress? progress,
        TransferOptions options, CancellationToken cancellation) : IAsyncDisposable
    {
        readonly byte[] block = ArrayPool<byte>.Shared.Rent(BlockSize);
        readonly List<(KeptObject Object, int Position)> kept = [];
        readonly Redial redial = new(options);
        SrpcConnection? connection;
        int next;

        public async Task FetchAsync(int start, int end)
        {
            next = start;
            try
            {
                await ReceiveAllAsync(end);
                CompareKept();
            }
            finally
            {
                kept.ForEach(item => item.Object.Dispose());
                kept.Clear();
            }
        }

        async Task ReceiveAllAsync(int end)
        {
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
            var hasLarge = false;
            for (var index = 0; index < hashes.Length; index++)
            {
                hashes[index] = objects[start + index].Hash;
                hasLarge |= objects[start + index].Size > SparseContent.MaxPlain;
            }
            await using var download = await ObjectDownload.OpenAsync(connection!, hashes, cancellation, options.LetsServerCompare, hasLarge);
            for (var index = 0; index < hashes.Length; index++)
            {
                if (download.Sizes[index] != objects[start + index].Size)
                    throw new InvalidDataException($"object {hashes[index]} has {download.Sizes[index]} bytes at the server instead of {objects[start + index].Size}");
            }
            while (next < end)
            {
                if (objects.IsLong(next))
                    await ReceiveLongAsync(download, next - start);
                else
                    await ReceiveBlockAsync(download, end);
                redial.Reset();
            }
            await download.CloseAsync();
        }

        async Task ReceiveLongAsync(ObjectDownload download, int index)
        {
            if (download.IsCompared)
            {
                using var content = download.OpenNext(index, isHashed: false);
                await sink.TakeAsync(objects.IndexOf(next), content, cancellation);
                await content.FinishAsync();
            }
            else if (sink is IKeepingSink keeper)
            {
                using var content = download.OpenNext(index, isHashed: false);
                kept.Add((await keeper.KeepAsync(objects.IndexOf(next), content, cancellation), next));
                await content.FinishAsync();
            }
            else
            {
                using var content = download.OpenNext(index);
                await sink.TakeAsync(objects.IndexOf(next), content, cancellation);
                Compare(next, await content.FinishAsync());
            }
            progress?.Add(1, (long)objects[next].Size);
            next++;
        }

        void CompareKept()
        {
            var hashes = ObjectHash.OfMany([.. kept.Select(item => (Watch(item.Object.Reader), (long)objects[item.Position].Size))]);
            for (var index = 0; index < hashes.Length; index++)
                Compare(kept[index].Position, hashes[index]);
        }

        // Files may be long: between two pieces it can be cancelled.
        ContentReader Watch(ContentReader reader) => buffer =>
        {
            cancellation.ThrowIfCancellationRequested();
            return reader(buffer);
        };

        void Compare(int position, in ObjectHash actual)
        {
            if (actual != objects[position].Hash)
                throw new InvalidDataException($"object {objects[position].Hash} came with the content of {actual}");
        }

        async Task ReceiveBlockAsync(ObjectDownload download, int end)
        {
            // Enough for several side by side, where they are hashed, and little enough to stay in the processor's cache.
            var together = download.IsCompared ? 1 : SideBySide;
            var size = (int)Math.Clamp(together * objects[next].Size, MinBlockSize, BlockSize);
            var last = next;
            var length = 0;
            while (last < end && objects[last].Size <= (ulong)(size - length))
                length += (int)objects[last++].Size;
            await download.ReadAsync(block.AsMemory(0, length));
            Deliver(last, download.IsCompared);
            progress?.Add(last - next, length);
            next = last;
        }

        void Deliver(int last, bool isCompared)
        {
            var contents = new ReadOnlyMemory<byte>[last - next];
            var at = 0;
            for (var index = 0; index < contents.Length; index++)
            {
                var size = (int)objects[next + index].Size;
                contents[index] = block.AsMemory(at, size);
                at += size;
            }
            if (!isCompared)
            {
                var hashes = ObjectHash.OfMany(contents);
                for (var index = 0; index < contents.Length; index++)
                    Compare(next + index, hashes[index]);
            }
            for (var index = 0; index < contents.Length; index++)
            {
                cancellation.ThrowIfCancellationRequested();
                sink.Take(objects.IndexOf(next + index), contents[index].Span);
            }
        }

        async ValueTask CloseAsync()
        {
            if (connection is not null)
                await connections.ReturnAsync(connection);
            connection = null;
        }
    }
}
