using ImageSdk.Dominator;
using ImageSdk.Dominator.Transfer;
using ImageSdk.Images;
using ImageSdk.Srpc;

namespace ImageSdk.Imaginator.Publishing;

/// <summary>The image server that images come from and go to.</summary>
/// <param name="address">host:port.</param>
/// <param name="options">How to connect, asked for each connection.</param>
/// <param name="time">The clock.</param>
sealed class ImageServerLink(string address, Func<SrpcClientOptions> options, TimeProvider time) : IAsyncDisposable
{
    static readonly TimeSpan patience = TimeSpan.FromMinutes(1);
    static readonly TimeSpan pause = TimeSpan.FromSeconds(1);
    static readonly TimeSpan shortPause = TimeSpan.FromMilliseconds(50);

    readonly Lock naming = new();
    readonly Dictionary<string, DateTimeOffset> lastTimes = new(StringComparer.Ordinal);

    /// <summary>host:port.</summary>
    public string Address => address;

    public ServerConnections Connections { get; } = new(cancellation => new SrpcDialer(options()).ConnectAsync(SrpcAddress.Parse(address), cancellation));

    /// <summary>Waits until the server can be reached.</summary>
    /// <exception cref="SrpcException">It cannot, for a minute.</exception>
    public async Task WaitAsync(CancellationToken cancellation)
    {
        var began = time.GetTimestamp();
        while (true)
            try
            {
                await Connections.AskAsync(async connection =>
                {
                    await connection.PingAsync(cancellation);
                    return true;
                }, cancellation);
                return;
            }
            catch (SrpcException problem) when (!problem.IsFromServer && time.GetElapsedTime(began) < patience)
            {
                await Task.Delay(pause, time, cancellation);
            }
    }

    /// <summary>The newest image of a stream that matches. A directory that is missing is made.</summary>
    /// <returns>Null where there is none.</returns>
    /// <exception cref="SrpcException">The server refuses, or cannot be reached.</exception>
    public async Task<string?> FindLatestAsync(string stream, string commit, IReadOnlyDictionary<string, IReadOnlyList<string>> tags, CancellationToken cancellation)
    {
        try
        {
            return await AskAsync(client => client.FindLatestImageAsync(
                new() { DirectoryName = stream, BuildCommitId = commit, TagsToMatch = tags.Count > 0 ? tags : null }, cancellation), cancellation);
        }
        catch (SrpcException refusal) when (refusal.IsFromServer && refusal.Message.StartsWith("unknown directory", StringComparison.Ordinal))
        {
            await MakeDirectoryAsync(stream, cancellation);
            return null;
        }
    }

    /// <summary>When an image was made; null where it does not say, or there is none.</summary>
    /// <exception cref="SrpcException">The server refuses, or cannot be reached.</exception>
    public Task<DateTimeOffset?> FindCreationAsync(string name, CancellationToken cancellation) =>
        AskAsync(async client => await client.GetImageTimesAsync(name, cancellation) is { } times ? times.CreatedOn.ToDateTimeOffset() : null, cancellation);

    /// <summary>An image, or what is known of it without its tree.</summary>
    /// <returns>Null where there is none (any more).</returns>
    /// <exception cref="SrpcException">The server refuses, or cannot be reached.</exception>
    public Task<Image?> FindAsync(string name, bool withTree, CancellationToken cancellation) =>
        AskAsync(async client => (await client.GetImageAsync(new GetImageRequest { ImageName = name, IgnoreFilesystem = !withTree }, cancellation)).Image, cancellation);

    /// <summary>Makes directories that are missing, with those above them.</summary>
    /// <returns>Those that were made.</returns>
    /// <exception cref="SrpcException">The server refuses, or cannot be reached.</exception>
    public async Task<IReadOnlyList<string>> MakeDirectoriesAsync(IEnumerable<string> streams, CancellationToken cancellation)
    {
        var known = (await AskAsync(client => client.ListDirectoriesAsync(cancellation), cancellation)).Select(directory => directory.Name).ToHashSet(StringComparer.Ordinal);
        var made = new List<string>();
        foreach (var stream in streams.Where(stream => !known.Contains(stream)))
        {
            await MakeDirectoryAsync(stream, cancellation);
            made.Add(stream);
        }
        return made;
    }

    /// <summary>Has an image be kept until a time, or longer where it already is.</summary>
    /// <exception cref="SrpcException">The server refuses, or cannot be reached.</exception>
    public async Task ExtendAsync(string name, DateTimeOffset expiresAt, CancellationToken cancellation)
    {
        var began = time.GetTimestamp();
        while (true)
            try
            {
                await Connections.CallAsync(connection => new ImageServerClient(connection).ChangeImageExpirationAsync(name, expiresAt, cancellation), cancellation);
                return;
            }
            catch (SrpcException refusal) when (refusal.IsFromServer && refusal.Message.Contains("image being modified", StringComparison.Ordinal) && time.GetElapsedTime(began) < patience)
            {
                // Many who waited for one source image extend it at once.
                await Task.Delay(shortPause, time, cancellation);
            }
            catch (SrpcException refusal) when (refusal.IsFromServer && refusal.Message.Contains("cannot shorten expiration time", StringComparison.Ordinal))
            {
                return;
            }
    }

    /// <summary>Adds an image whose objects are there.</summary>
    /// <param name="source">Objects that the server forgot in between.</param>
    /// <returns>Its name: the stream and the time, local and by the second, of which there is one for each image of a stream.</returns>
    /// <exception cref="SrpcException">The server refuses, or cannot be reached.</exception>
    public async Task<string> AddAsync(string stream, Image image, IObjectSource source, CancellationToken cancellation)
    {
        await MakeDirectoryAsync(stream, cancellation);
        var push = new ImagePush(Connections, source);
        while (true)
        {
            var name = await NextNameAsync(stream, cancellation);
            try
            {
                await push.AddAsync(name, image, cancellation);
                return name;
            }
            catch (SrpcException refusal) when (refusal.IsFromServer
                && (refusal.Message.Contains("already exists", StringComparison.Ordinal) || refusal.Message.StartsWith("cannot add previously deleted", StringComparison.Ordinal)))
            {
                // Another image was made in the same second.
            }
        }
    }

    /// <summary>Reads an image that was sent as an object.</summary>
    /// <exception cref="SrpcException">The server refuses, does not have it, or cannot be reached.</exception>
    public async Task<Image> ReadImageAsync(ObjectHash hash, CancellationToken cancellation)
    {
        var content = Array.Empty<byte>();
        await Connections.CallAsync(connection => new ObjectServerClient(connection).GetObjectsAsync([hash], async (_, stream) =>
        {
            content = new byte[stream.Length];
            await stream.ReadExactlyAsync(content, cancellation);
        }, cancellation), cancellation);
        return ImageFile.Read(new MemoryStream(content));
    }

    public ValueTask DisposeAsync() => Connections.DisposeAsync();

    async Task<string> NextNameAsync(string stream, CancellationToken cancellation)
    {
        while (true)
        {
            var now = time.GetLocalNow();
            var second = new DateTimeOffset(now.Ticks - now.Ticks % TimeSpan.TicksPerSecond, now.Offset);
            lock (naming)
                if (!lastTimes.TryGetValue(stream, out var last) || last < second)
                {
                    lastTimes[stream] = second;
                    return ImageName.Format(stream, second.DateTime);
                }
            await Task.Delay(TimeSpan.FromMilliseconds(100), time, cancellation);
        }
    }

    Task MakeDirectoryAsync(string stream, CancellationToken cancellation) =>
        Connections.CallAsync(connection => new ImageServerClient(connection).MakeDirectoryAsync(stream, makeAll: true, cancellation), cancellation);

    Task<T> AskAsync<T>(Func<ImageServerClient, Task<T>> ask, CancellationToken cancellation) =>
        Connections.AskAsync(connection => ask(new ImageServerClient(connection)), cancellation);
}
