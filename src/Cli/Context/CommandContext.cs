using ImageSdk.Cli.Errors;
using ImageSdk.Cli.Hosting;
using ImageSdk.Cli.Repositories;
using ImageSdk.Cli.Stores;
using ImageSdk.Contracts.Projects;
using ImageSdk.Srpc;
using ImageSdk.Storage;

namespace ImageSdk.Cli.Context;

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

    /// <summary>The image server as the build engine wants to know it; null where images come from a store.</summary>
    public ImageServerSettings? ServerSettings => options.ReadServer();

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
