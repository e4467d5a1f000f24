using ImageSdk.Cli.Stores;
using ImageSdk.Storage;

namespace ImageSdk.Cli;

/// <summary>What a command works with.</summary>
sealed class CommandContext(CommandHost host, Func<StoreLocation> readLocation, bool isJson, CancellationToken cancellation)
{
    StoreLocation? location;
    LocalStore? store;

    public CommandHost Host { get; } = host;

    public bool IsJson { get; } = isJson;

    public CancellationToken Cancellation { get; } = cancellation;

    /// <summary>Where the store is or would be.</summary>
    /// <exception cref="CommandException">Nothing says where.</exception>
    public StoreLocation Location => location ??= readLocation();

    /// <summary>The store; a command that never asks for it does not need one.</summary>
    /// <exception cref="CommandException">There is none, or it may not be read.</exception>
    public LocalStore Store => store ??= Location.Open();

    /// <exception cref="CommandException">There is no such image, or it is damaged.</exception>
    public FoundImage Find(string reference) => new ImageFinder(this).Find(reference);

    public void Warn(string code, string message) => Host.Error.WriteLine($"{CommandLineTool.Name}: warning {code}: {message}");
}
