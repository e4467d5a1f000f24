using ImageSdk.Cli.Finding;
using ImageSdk.Cli.Repositories;
using ImageSdk.Cli.Stores;
using ImageSdk.Dominator.Transfer;
using ImageSdk.Images;
using ImageSdk.Srpc;
using ImageSdk.Storage;

namespace ImageSdk.Cli;

/// <summary>What a command works with.</summary>
sealed class CommandContext(CommandHost host, ParsedOptions options, CancellationToken cancellation) : IAsyncDisposable
{
    readonly List<IDisposable> kept = [];
    readonly List<IAsyncDisposable> others = [];
    IImageRepository? repository;
    StoreLocation? location;
    ImageStore? images;
    ObjectStore? objects;
    SrpcDialer? dialer;

    public CommandHost Host { get; } = host;

    public bool IsJson => options.IsJson;

    public CancellationToken Cancellation { get; } = cancellation;

    /// <summary>Where images come from and go to.</summary>
    /// <exception cref="CommandException">Nothing says where, or that cannot be.</exception>
    public IImageRepository Repository => repository ??= options.OpenRepository();

    /// <summary>The image server.</summary>
    /// <exception cref="CommandException">None is named.</exception>
    public ServerRepository Server => Repository as ServerRepository ?? throw new CommandException(
        ErrorCode.NoServer, $"this needs an image server: name one with --server or {ServerOptions.Variable}");

    /// <summary>Where the store on this machine is or would be.</summary>
    /// <exception cref="CommandException">Nothing says where.</exception>
    public StoreLocation Location => location ??= options.ReadLocation();

    /// <summary>The images of the store; a command that never asks for them does not need a store.</summary>
    /// <exception cref="CommandException">There is no store, or it may not be read.</exception>
    public ImageStore Images => images ??= Location.Open().Images;

    /// <summary>The objects of the store, which need not be readable to whoever only looks at trees.</summary>
    /// <exception cref="CommandException">They may not be read.</exception>
    public ObjectStore Objects => objects ??= Location.OpenObjects();

    /// <summary>Another server, with the same certificates.</summary>
    public ServerRepository OpenServer(string name) => options.OpenServer(name);

    /// <summary>Connects to another daemon of the site, with the same certificates.</summary>
    /// <exception cref="CommandException">It cannot be reached.</exception>
    public async Task<SrpcConnection> ConnectAsync(SrpcAddress address)
    {
        try
        {
            return await (dialer ??= options.MakeDialer()).ConnectAsync(address, Cancellation);
        }
        catch (SrpcException exception)
        {
            throw new CommandException(ErrorCode.ServerUnreachable, $"no connection to {address}: {exception.Message}", exception);
        }
    }

    /// <summary>Finds an image, without its tree where that is not wanted and the server leaves it out.</summary>
    /// <exception cref="CommandException">There is no such image, or it is damaged.</exception>
    public Task<FoundImage> FindAsync(string specifier, ImageLookup? lookup = null) => new ImageResolver(this).FindAsync(specifier, lookup ?? new());

    /// <summary>Brings the objects of an image from where they are.</summary>
    /// <param name="letServerCompare">Whether to rely on a server that compares them with their hashes; not where they are kept by these.</param>
    public IObjectFetcher FetcherFor(FoundImage found, TransferProgress progress, bool letServerCompare = false) =>
        found.Objects is { } own ? new SourceFetch(own, progress) : Repository.Fetcher(progress, letServerCompare);

    /// <summary>Reads single objects of an image.</summary>
    public IObjectSource ObjectsOf(FoundImage found) => found.Objects ?? Repository.Objects;

    public void Warn(string code, string message) => Host.Warn(code, message);

    /// <summary>Disposes of something when the command is done.</summary>
    public void KeepUntilEnd(IDisposable disposable) => kept.Add(disposable);

    /// <summary>Closes another connection when the command is done.</summary>
    public void KeepUntilEnd(IAsyncDisposable other) => others.Add(other);

    public async ValueTask DisposeAsync()
    {
        foreach (var other in others)
            await other.DisposeAsync();
        foreach (var disposable in kept)
            disposable.Dispose();
        if (repository is not null)
            await repository.DisposeAsync();
    }
}

/// <summary>The options that every command has, as they were given.</summary>
sealed record ParsedOptions(
    bool IsJson, Func<IImageRepository> OpenRepository, Func<StoreLocation> ReadLocation, Func<string, ServerRepository> OpenServer,
    Func<SrpcDialer> MakeDialer);
