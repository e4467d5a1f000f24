using System.Net;
using ImageSdk.Dominator;
using ImageSdk.Storage;

namespace ImageSdk.ImageServer.Objects;

/// <summary>Serves ImportObjects: fetches objects by HTTP.</summary>
sealed class ObjectImporter(ObjectCatalogue catalogue) : IDisposable
{
    const int Concurrency = 128;

    static readonly TimeSpan answerTimeout = TimeSpan.FromMinutes(1);

    readonly HttpClient http = new(new SocketsHttpHandler { MaxConnectionsPerServer = Concurrency }) { Timeout = answerTimeout };

    /// <summary>Says of a URL why nothing comes from there.</summary>
    public Func<string, string, string> Describe { get; init; } = (url, problem) => $"error getting reader for: {url}: {problem}";

    /// <summary>An object was not fetched.</summary>
    sealed class ImportException(int index, string message) : Exception(message)
    {
        public int Index => index;
    }

    /// <summary>Fetches the objects that are not here. What was fetched before a failure is kept.</summary>
    public async Task<ImportObjectsResponse> ImportAsync(ImportObjectsRequest request, CancellationToken cancellation)
    {
        var response = new ImportObjectsResponse();
        var pins = new ObjectPins(catalogue);
        try
        {
            var sizes = catalogue.Pin(request.Hashes, pins);
            for (var index = 0; index < Math.Min(sizes.Length, request.ObjectSizes.Count); index++)
                if (sizes[index] > 0 && sizes[index] != request.ObjectSizes[index])
                    throw new ImportException(index, $"existing size: {sizes[index]} != {request.ObjectSizes[index]} for: {request.Hashes[index]}");
            foreach (var turn in Enumerable.Range(0, sizes.Length).Where(index => sizes[index] == 0).Chunk(ObjectBatch.MaxCount))
                await ImportAsync(request, turn, response, pins, cancellation);
        }
        catch (ImportException problem)
        {
            response.FailedIndex = (ulong)problem.Index;
            response.Error = problem.Message;
        }
        finally
        {
            pins.ReleaseAfter(ObjectReceiver.Grace);
        }
        return response;
    }

    public void Dispose() => http.Dispose();

    async Task ImportAsync(ImportObjectsRequest request, int[] turn, ImportObjectsResponse response, ObjectPins pins, CancellationToken cancellation)
    {
        await using var batch = new ReceivedBatch(catalogue, pins);
        var fetched = new ReceivedObject?[turn.Length];
        ImportException? failure = null;
        try
        {
            await Parallel.ForAsync(0, turn.Length, new ParallelOptions { MaxDegreeOfParallelism = Concurrency, CancellationToken = cancellation },
                async (position, stop) => fetched[position] = await FetchAsync(request, turn[position], batch, stop));
        }
        catch (ImportException problem)
        {
            failure = problem;
        }
        await batch.CompleteAsync(forwarder: null, cancellation);
        for (var position = 0; position < turn.Length; position++)
        {
            if (fetched[position] is not { } item)
                continue;
            if (item.Error.Length > 0)
                failure ??= new(turn[position], item.Error);
            if (!item.IsNew)
                continue;
            response.ObjectsAdded++;
            response.BytesAdded += item.Size;
        }
        if (failure is not null)
            throw failure;
    }

    async Task<ReceivedObject> FetchAsync(ImportObjectsRequest request, int index, ReceivedBatch batch, CancellationToken cancellation)
    {
        var url = $"{request.BaseRemoteUrl}/{request.Hashes[index]}";
        try
        {
            using var answer = await http.GetAsync(url, HttpCompletionOption.ResponseHeadersRead, cancellation);
            if (answer.StatusCode != HttpStatusCode.OK)
                throw new IOException($"{(int)answer.StatusCode} {answer.ReasonPhrase}");
            var length = answer.Content.Headers.ContentLength ?? throw new IOException("unknown content length");
            if (length == 0)
                throw new ImportException(index, "zero length object cannot be added");
            await using var content = await answer.Content.ReadAsStreamAsync(cancellation);
            var item = await batch.StoreAsync(content, (ulong)length, request.Hashes[index], cancellation);
            return item.Error.Length == 0 ? item : throw new ImportException(index, item.Error);
        }
        catch (Exception problem) when (problem is IOException or HttpRequestException or UriFormatException or InvalidOperationException or NotSupportedException
            || problem is TaskCanceledException && !cancellation.IsCancellationRequested)
        {
            // As Go's client says it.
            throw new ImportException(index, Describe(url, $"Get \"{url}\": {problem.Message}"));
        }
    }
}
