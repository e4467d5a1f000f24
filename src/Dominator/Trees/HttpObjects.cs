using System.Net;
using System.Security.Cryptography;
using ImageSdk.Dominator.Transfer;
using ImageSdk.Images;

namespace ImageSdk.Dominator.Trees;

/// <summary>Objects that a server has at <c>URL/HASH</c>, by HTTP, many at once.</summary>
public sealed class HttpObjects : IDisposable
{
    const int Concurrency = 128;
    const int Attempts = 3;

    // What is longer is not kept in memory.
    const long MaxKept = 1 << 20;

    static readonly TimeSpan answerTimeout = TimeSpan.FromMinutes(1);

    readonly HttpClient http = new(new SocketsHttpHandler { MaxConnectionsPerServer = Concurrency }) { Timeout = answerTimeout };

    /// <summary>Those at a URL.</summary>
    /// <param name="progress">Counts what has come.</param>
    public IObjectFetcher At(string url, TransferProgress progress) => new Fetcher(this, url, progress);

    /// <summary>Reads one into memory.</summary>
    /// <param name="most">Bytes that it may have.</param>
    /// <exception cref="TreeException">It cannot be had, is longer, or is not what its hash says.</exception>
    public async Task<byte[]> ReadAsync(string url, ObjectHash hash, ulong most, CancellationToken cancellation)
    {
        byte[] content = [];
        await GetAsync($"{url}/{hash}", async answer =>
        {
            if (answer.Content.Headers.ContentLength is { } length && (ulong)length > most)
                throw new TreeException($"malformed tree: {hash} has {length} bytes, more than {most}");
            await using var stream = await answer.Content.ReadAsStreamAsync(cancellation);
            content = await ReadAsync(stream, (long)most, cancellation) ?? throw new TreeException($"malformed tree: {hash} has more than {most} bytes");
        }, cancellation);
        return ObjectHash.Of(content) == hash ? content : throw Differs(hash, ObjectHash.Of(content));
    }

    public void Dispose() => http.Dispose();

    static async Task<byte[]?> ReadAsync(Stream stream, long most, CancellationToken cancellation)
    {
        var read = new MemoryStream();
        var block = new byte[1 << 16];
        for (int count; (count = await stream.ReadAsync(block, cancellation)) > 0;)
        {
            if (read.Length + count > most)
                return null;
            read.Write(block, 0, count);
        }
        return read.ToArray();
    }

    /// <summary>Asks up to three times where the connection is lost or the server is busy.</summary>
    async Task GetAsync(string url, Func<HttpResponseMessage, Task> take, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                using var answer = await http.GetAsync(url, HttpCompletionOption.ResponseHeadersRead, cancellation);
                if (answer.StatusCode == HttpStatusCode.OK)
                {
                    await take(answer);
                    return;
                }
                if (answer.StatusCode < HttpStatusCode.InternalServerError || attempt == Attempts)
                    throw new TreeException($"Get \"{url}\": {(int)answer.StatusCode} {answer.ReasonPhrase}");
            }
            catch (Exception problem) when (problem is HttpRequestException or HttpIOException || problem is TaskCanceledException && !cancellation.IsCancellationRequested)
            {
                if (attempt == Attempts)
                    throw new TreeException($"Get \"{url}\": {problem.Message}", problem);
            }
            await Task.Delay(TimeSpan.FromMilliseconds(200 * attempt), cancellation);
        }
    }

    static TreeException Differs(ObjectHash hash, ObjectHash actual) => new($"hash mismatch. Computed={actual}, expected={hash}");

    sealed class Fetcher(HttpObjects owner, string url, TransferProgress progress) : IObjectFetcher
    {
        public Task FetchAsync(IReadOnlyList<WantedObject> objects, IObjectSink sink, CancellationToken cancellation = default) => Parallel.ForAsync(
            0, objects.Count, new ParallelOptions { MaxDegreeOfParallelism = Concurrency, CancellationToken = cancellation },
            async (index, stop) => await FetchAsync(objects[index], index, sink, stop));

        async Task FetchAsync(WantedObject wanted, int index, IObjectSink sink, CancellationToken cancellation)
        {
            if (wanted.Size <= MaxKept)
            {
                var content = await owner.ReadAsync(url, wanted.Hash, wanted.Size, cancellation);
                if ((ulong)content.Length != wanted.Size)
                    throw new TreeException($"malformed tree: {wanted.Hash} has {content.Length} bytes, not {wanted.Size}");
                sink.Take(index, content);
            }
            else
                await owner.GetAsync($"{url}/{wanted.Hash}", async answer =>
                {
                    using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA512);
                    await using var stream = await answer.Content.ReadAsStreamAsync(cancellation);
                    await sink.TakeAsync(index, new HashingStream(stream, hash), cancellation);
                    if (new ObjectHash(hash.GetCurrentHash()) is var actual && actual != wanted.Hash)
                        throw Differs(wanted.Hash, actual);
                }, cancellation);
            progress.Add(1, (long)wanted.Size);
        }
    }
}
