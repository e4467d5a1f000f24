using ImageSdk.Cli.Stores;
using ImageSdk.Storage;

namespace ImageSdk.Cli;

/// <summary>What a command works with.</summary>
sealed class CommandContext(CommandHost host, Func<StoreLocation> readLocation, bool isJson, CancellationToken cancellation)
{
    StoreLocation? location;
    ImageStore? images;
    ObjectStore? objects;

    public CommandHost Host { get; } = host;

    public bool IsJson { get; } = isJson;

    public CancellationToken Cancellation { get; } = cancellation;

    /// <summary>Where the store is or would be.</summary>
    /// <exception cref="CommandException">Nothing says where.</exception>
    public StoreLocation Location => location ??= readLocation();

    /// <summary>The images of the store; a command that never asks for them does not need a store.</summary>
    /// <exception cref="CommandException">There is no store, or it may not be read.</exception>
    public ImageStore Images => images ??= Location.Open().Images;

    /// <summary>The objects of the store, which need not be readable to whoever only looks at trees.</summary>
    /// <exception cref="CommandException">They may not be read.</exception>
    public ObjectStore Objects => objects ??= Location.OpenObjects();

    /// <exception cref="CommandException">There is no such image, or it is damaged.</exception>
    public FoundImage Find(string reference) => new ImageFinder(this).Find(reference);

    public void Warn(string code, string message) => Host.Error.WriteLine($"{CommandLineTool.Name}: warning {code}: {message}");
}
