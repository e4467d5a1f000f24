using ImageSdk.Cli.Stores;
using ImageSdk.Storage;

namespace ImageSdk.Cli;

/// <summary>What a command works with.</summary>
sealed class CommandContext(CommandHost host, StoreLocation location, bool isJson, CancellationToken cancellation)
{
    LocalStore? store;

    public CommandHost Host { get; } = host;

    public bool IsJson { get; } = isJson;

    public CancellationToken Cancellation { get; } = cancellation;

    public StoreLocation Location { get; } = location;

    /// <summary>The store; a command that never asks for it does not need one.</summary>
    /// <exception cref="CommandException">There is none, or it may not be read.</exception>
    public LocalStore Store => store ??= Location.Open();

    /// <exception cref="CommandException">There is no such image, or it is damaged.</exception>
    public FoundImage Find(string reference) => new ImageFinder(() => Store, Location).Find(reference);

    public void Warn(string code, string message) => Host.Error.WriteLine($"{CommandLineTool.Name}: warning {code}: {message}");
}
