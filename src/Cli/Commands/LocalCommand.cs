using System.CommandLine;
using ImageSdk.Cli.Context;

namespace ImageSdk.Cli.Commands;

/// <summary>A command that looks at this machine only and waits for no server.</summary>
abstract class LocalCommand(string name, string description) : ImageCommand(name, description)
{
    protected sealed override Task<int> ExecuteAsync(ParseResult arguments, CommandContext context) =>
        Task.FromResult(Execute(arguments, context));

    /// <returns>The exit code.</returns>
    protected abstract int Execute(ParseResult arguments, CommandContext context);
}
