using ImageSdk.Dominator;
using ImageSdk.Images;
using ImageSdk.Srpc;
using ImageSdk.Storage;

namespace ImageSdk.Imaginator.Projects;

/// <summary>
/// The files of projects that other machines send, by content: each once, whoever sends it. What was not used for longest goes when there is more
/// than the quota.
/// </summary>
/// <param name="directory">Where they lie.</param>
/// <param name="quota">Bytes.</param>
/// <param name="log">The daemon's log.</param>
sealed class ProjectObjects(string directory, ulong quota, Action<string> log)
{
    /// <summary>Bytes of one file.</summary>
    const ulong MaximumSize = 4ul << 30;

    /// <summary>Files that one call brings.</summary>
    const int MaximumCount = 1_000_000;

    const int BlockSize = 1 << 17;

    readonly ObjectStore store = new(directory, isDurable: false);
    readonly Lock trimming = new();
    ulong added;

    public IObjectSource Source => store;

    /// <returns>For each its size; 0 for those that are not here. They are here for a while then.</returns>
    public IReadOnlyList<ulong> SizesOf(IReadOnlyList<ObjectHash> hashes) => [.. hashes.Select(hash => Use(hash) ?? 0)];

    /// <summary>The size of an object; null where it is not here. It counts as used.</summary>
    public ulong? Use(ObjectHash hash)
    {
        if (store.SizeOf(hash) is not { } size)
            return null;
        try
        {
            File.SetLastAccessTimeUtc(store.GetPath(hash), DateTime.UtcNow);
            return size;
        }
        catch (IOException)
        {
            return null;
        }
    }

    public byte[] Read(ObjectHash hash) => File.ReadAllBytes(store.GetPath(hash));

    /// <summary>Takes objects, as an object server does.</summary>
    /// <exception cref="IOException">The caller sends what is not taken: the connection has to end.</exception>
    public async Task ReceiveAsync(SrpcServerCall call)
    {
        for (var count = 0; ; count++)
        {
            var request = await call.ReadAsync(AddObjectRequest.Gob);
            if (request.Length == 0)
                break;
            if (request.Length > MaximumSize || request.Length > quota || count >= MaximumCount || request.ExpectedHash is null)
            {
                // What follows is not read, so that the call cannot go on.
                var fault = $"an object of {request.Length} bytes is not taken: it is too large (the limit is {Math.Min(MaximumSize, quota)}), one too many, or without a hash";
                await call.WriteAsync(AddObjectResponse.Gob, new() { ErrorString = fault });
                await call.FlushAsync();
                throw new IOException(fault);
            }
            await call.WriteAsync(AddObjectResponse.Gob, await TakeAsync(call, request));
        }
        lock (trimming)
            if (added > quota / 16)
                Trim();
    }

    /// <returns>Bytes.</returns>
    public ulong Measure() => store.Enumerate().Aggregate(0ul, (sum, found) => sum + found.Size);

    /// <summary>Removes what is over the quota, and what was left half-written.</summary>
    public void Trim()
    {
        lock (trimming)
        {
            added = 0;
            Directory.CreateDirectory(directory);
            store.RemoveLeftovers();
            var files = store.Enumerate().Select(found => (found.Hash, found.Size, Used: File.GetLastAccessTimeUtc(store.GetPath(found.Hash)))).ToList();
            var total = files.Aggregate(0ul, (sum, file) => sum + file.Size);
            var removed = 0;
            foreach (var (hash, size, _) in files.OrderBy(file => file.Used))
            {
                if (total <= quota)
                    break;
                store.Remove(hash);
                total -= size;
                removed++;
            }
            if (removed > 0)
                log($"Removed {removed} files of projects that were not used for longest");
        }
    }

    async Task<AddObjectResponse> TakeAsync(SrpcServerCall call, AddObjectRequest request)
    {
        var incoming = Path.Combine(directory, $"incoming-{Guid.NewGuid():N}~");
        Directory.CreateDirectory(directory);
        try
        {
            await using (var file = new FileStream(incoming, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0 }))
            {
                var block = new byte[(int)Math.Min(request.Length, BlockSize)];
                for (var left = request.Length; left > 0;)
                {
                    var piece = block.AsMemory(0, (int)Math.Min((ulong)block.Length, left));
                    await call.Stream.ReadExactlyAsync(piece, call.Aborted);
                    await file.WriteAsync(piece, call.Aborted);
                    left -= (ulong)piece.Length;
                }
            }
            Interlocked.Add(ref added, request.Length);
            var result = store.AddFile(incoming, request.ExpectedHash);
            return new() { Hash = result.Hash, Added = true };
        }
        catch (StoreException problem)
        {
            return new() { ErrorString = problem.Message.ReplaceLineEndings(" ") };
        }
        finally
        {
            File.Delete(incoming);
        }
    }
}
