using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json;
using ImageSdk.OpenStack.Http;
using ImageSdk.OpenStack.Keystone;

namespace ImageSdk.OpenStack.Swift;

/// <summary>A container of Swift and its objects.</summary>
/// <param name="name">Checked: no slash, not too long.</param>
sealed class SwiftContainer(ServiceClient service, string name)
{
    /// <summary>Whoever has the address may read files and the list of them.</summary>
    const string PublicReaders = ".r:*,.rlistings";

    const int PageSize = 1000;

    static readonly TimeSpan uploadPatience = TimeSpan.FromMinutes(5);

    public string Name => name;

    /// <exception cref="OpenStackException">IMG7455 to IMG7457: nothing tells where Swift is.</exception>
    public async Task<Uri> FindAsync(CancellationToken cancellation) =>
        new($"{(await service.FindEndpointAsync(cancellation)).AbsoluteUri.TrimEnd('/')}/{Uri.EscapeDataString(name)}");

    /// <summary>Address of a file. Slashes in its name stay.</summary>
    public async Task<Uri> FindAsync(string file, CancellationToken cancellation) =>
        new($"{(await FindAsync(cancellation)).AbsoluteUri}/{string.Join('/', file.Split('/').Select(Uri.EscapeDataString))}");

    /// <summary>Makes it where it is not there. One that is to be public is so from then on; others are read by whom they were before.</summary>
    public Task CreateAsync(bool isPublic, CancellationToken cancellation) => ReaderRequestAsync(HttpMethod.Put, isPublic ? PublicReaders : null, cancellation);

    public Task ChangeReadersAsync(bool isPublic, CancellationToken cancellation) => ReaderRequestAsync(HttpMethod.Post, isPublic ? PublicReaders : "", cancellation);

    async Task ReaderRequestAsync(HttpMethod method, string? readers, CancellationToken cancellation)
    {
        var headers = readers is null ? new Dictionary<string, string>() : new Dictionary<string, string> { ["X-Container-Read"] = readers };
        using var answer = await service.SendAsync(new(method, await FindAsync(cancellation)) { Headers = headers, Content = _ => new ByteArrayContent([]) }, cancellation);
        await RequireAsync(answer);
    }

    /// <summary>Puts a file in place of one of that name, and compares what arrived.</summary>
    /// <param name="open">Opens its content, once for each attempt.</param>
    /// <param name="leavesOpen">Whether what is opened belongs to another.</param>
    public async Task PutAsync(string file, string contentType, Func<Stream> open, long length, bool leavesOpen, CancellationToken cancellation)
    {
        using var digests = new PassingDigests();
        var sent = digests.Finish(0);
        var request = new ServiceRequest(HttpMethod.Put, await FindAsync(file, cancellation))
        {
            ExpectsContinue = length > 1 << 20,
            Patience = uploadPatience,
            Content = touch => new SentFile(open, length, file, contentType, (piece, all) =>
            {
                touch();
                if (all == 0)
                    digests.Finish(0);
                digests.Add(piece.Span);
                if (all == length)
                    sent = digests.Finish(length);
            })
            {
                LeavesOpen = leavesOpen,
            },
        };
        for (var attempt = 1; ; attempt++)
        {
            using var answer = await service.SendAsync(request, cancellation);
            await RequireAsync(answer);
            if (answer.Header("ETag").Trim('"') is var tag && tag.Equals(sent.Md5, StringComparison.OrdinalIgnoreCase))
                return;
            if (attempt == service.Retries.Attempts)
                throw new OpenStackException("IMG7471", $"{answer.Name}: Swift has other content than was sent (MD5 {(tag.Length > 0 ? tag : "not told")}, in the place of {sent.Md5}). Look at the network and what lies between.", isTransient: true);
            await Task.Delay(service.Retries.DelayAfter(attempt), cancellation);
        }
    }

    /// <summary>The content of a file; null where there is none.</summary>
    /// <param name="longest">Bytes that are read at most.</param>
    /// <exception cref="OpenStackException">IMG7473: it is larger.</exception>
    public async Task<byte[]?> GetAsync(string file, long longest, CancellationToken cancellation)
    {
        using var answer = await service.SendAsync(new(HttpMethod.Get, await FindAsync(file, cancellation)), cancellation);
        if (answer.Status == HttpStatusCode.NotFound)
            return null;
        await RequireAsync(answer);
        using var content = new MemoryStream();
        if (answer.Length > longest || await answer.CopyToAsync(content, longest) > longest)
            throw new OpenStackException("IMG7473", $"{answer.Name}: the file is larger than {longest:N0} bytes, and is not read. Fetch it with a program for that (swift download).");
        return content.ToArray();
    }

    /// <returns>False where there was none.</returns>
    public async Task<bool> DeleteAsync(string file, CancellationToken cancellation)
    {
        using var answer = await service.SendAsync(new(HttpMethod.Delete, await FindAsync(file, cancellation)), cancellation);
        if (answer.Status == HttpStatusCode.NotFound)
            return false;
        await RequireAsync(answer);
        return true;
    }

    /// <returns>False where it was not there.</returns>
    /// <exception cref="OpenStackException">IMG7470: it has files.</exception>
    public async Task<bool> DeleteAsync(CancellationToken cancellation)
    {
        using var answer = await service.SendAsync(new(HttpMethod.Delete, await FindAsync(cancellation)), cancellation);
        if (answer.Status == HttpStatusCode.NotFound)
            return false;
        if (answer.Status == HttpStatusCode.Conflict)
            throw new OpenStackException("IMG7470", $"{answer.Name}: the container has files, and is not deleted. Delete them first, or all together.");
        await RequireAsync(answer);
        return true;
    }

    /// <summary>Its files by name; none where it is not there.</summary>
    public async IAsyncEnumerable<StoredFile> ListAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        for (var marker = ""; ;)
        {
            var from = marker.Length > 0 ? $"&marker={Uri.EscapeDataString(marker)}" : "";
            using var answer = await service.SendAsync(
                new(HttpMethod.Get, new($"{(await FindAsync(cancellation)).AbsoluteUri}?format=json&limit={PageSize.ToString(CultureInfo.InvariantCulture)}{from}")), cancellation);
            if (answer.Status is HttpStatusCode.NotFound or HttpStatusCode.NoContent)
                yield break;
            await RequireAsync(answer);
            using var document = await answer.ReadJsonAsync();
            if (document.RootElement.ValueKind != JsonValueKind.Array)
                throw answer.Malformed("there is no list of files in it");
            var last = marker;
            foreach (var item in document.RootElement.EnumerateArray())
            {
                var file = StoredFile.Read(item) ?? throw answer.Malformed("a file has no name");
                last = file.Name;
                yield return file;
            }
            // A list that does not get on has no end.
            if (last == marker || document.RootElement.GetArrayLength() < PageSize)
                yield break;
            marker = last;
        }
    }

    static async Task RequireAsync(ServiceAnswer answer)
    {
        if (answer.IsSuccess)
            return;
        throw answer.Status == HttpStatusCode.NotFound
            ? new OpenStackException("IMG7472", $"{answer.Name} is answered with {await answer.DescribeAsync()}. The container was deleted meanwhile, or one is not allowed to see it.")
            : new OpenStackException("IMG7469", $"{answer.Name} is answered with {await answer.DescribeAsync()}. Look at what the user may do there, at quotas, and at the log of Swift.");
    }
}
