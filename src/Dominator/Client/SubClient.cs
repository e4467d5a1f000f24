using System.Buffers.Binary;
using ImageSdk.Images;
using ImageSdk.Srpc;

namespace ImageSdk.Dominator;

/// <summary>
/// A sub (subd, port 6969): a machine that images are put on. All methods throw <see cref="SrpcException"/>: with the
/// sub's text where it refuses, and otherwise where the connection is lost.
/// </summary>
/// <param name="connection">Stays the caller's.</param>
public sealed class SubClient(SrpcConnection connection)
{
    const int BlockSize = 1 << 16;

    /// <summary>The tree of the sub as it last saw it; null where it has not finished its first scan.</summary>
    /// <returns>As it came: check it before trusting it.</returns>
    public async Task<FileSystem?> PollAsync(CancellationToken cancellation = default)
    {
        await using var call = await connection.OpenCallAsync("Subd.Poll", cancellation);
        await call.WriteAsync(PollRequest.Gob, new());
        await call.FlushAsync();
        ImageServerClient.ThrowIfFailed(await call.ReadLineAsync());
        FileSystem? tree = null;
        if ((await call.ReadAsync(PollResponse.Gob)).FileSystemFollows)
        {
            tree = await ReadTreeAsync(call);
            await SkipCachedObjectsAsync(call);
        }
        await call.CloseAsync();
        return tree;
    }

    /// <summary>Fetches files in the order of their paths.</summary>
    /// <param name="paths">Rooted, without line feeds, which end a path in this protocol.</param>
    /// <param name="receive">
    /// Gets for each its position among the paths, and its content of known length, or why there is none. What it leaves
    /// unread is read for it.
    /// </param>
    public async Task GetFilesAsync(
        IReadOnlyList<ByteString> paths, Func<int, Stream, string, ValueTask> receive, CancellationToken cancellation = default)
    {
        if (paths.Any(path => path.Length == 0 || path.Span.Contains((byte)'\n')))
            throw new ArgumentException("a path is one line", nameof(paths));
        await using var call = await connection.OpenCallAsync("Subd.GetFiles", cancellation);
        // Beside reading, as a sub answers each path before it takes the next.
        var asking = AskAsync(call, paths);
        try
        {
            for (var index = 0; index < paths.Count; index++)
            {
                var reply = await call.ReadAsync(GetFileResponse.Gob);
                using var content = new ObjectContentStream(call, reply.Error.Length == 0 ? reply.Size : 0, hash: null);
                await receive(index, content, reply.Error);
                await content.FinishAsync();
            }
            await asking;
            await call.CloseAsync();
        }
        catch
        {
            await call.DisposeAsync();
            await asking.ContinueWith(static _ => { }, TaskScheduler.Default);
            throw;
        }
    }

    static async Task AskAsync(SrpcClientCall call, IReadOnlyList<ByteString> paths)
    {
        await Task.Yield();
        foreach (var path in paths)
            await call.WriteBytesAsync((byte[])[.. path.Span, (byte)'\n']);
        await call.WriteBytesAsync("\n"u8.ToArray());
        await call.FlushAsync();
    }

    static async Task<FileSystem> ReadTreeAsync(SrpcClientCall call)
    {
        call.ChangeEncoder();
        var tree = await call.ReadAsync(StreamedTree.Gob);
        var inodes = new Dictionary<ulong, Inode>();
        for (var count = 0ul; count < tree.InodeCount; count++)
        {
            var (number, inode) = await call.ReadAsync(NumberedInode.Gob);
            inodes[number] = inode;
        }
        return FileSystem.Create(tree.FileSystem.Root, inodes);
    }

    /// <summary>Hashes of what the sub has fetched for its next image: a count of 8 bytes, big-endian, and 64 bytes each.</summary>
    static async Task SkipCachedObjectsAsync(SrpcClientCall call)
    {
        var block = new byte[BlockSize];
        await FillAsync(block.AsMemory(0, sizeof(ulong)));
        for (var left = (UInt128)BinaryPrimitives.ReadUInt64BigEndian(block) * ObjectHash.Size; left > 0;)
        {
            var count = (int)UInt128.Min(left, BlockSize);
            await FillAsync(block.AsMemory(0, count));
            left -= (UInt128)count;
        }

        async Task FillAsync(Memory<byte> target)
        {
            while (!target.IsEmpty)
            {
                var count = await call.ReadBytesAsync(target);
                if (count == 0)
                    throw new SrpcException("unexpected EOF");
                target = target[count..];
            }
        }
    }
}
