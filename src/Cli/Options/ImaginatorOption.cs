using System.CommandLine;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Repositories;
using ImageSdk.Dominator;

namespace ImageSdk.Cli.Options;

/// <summary>--imaginator: the daemon that builds images of streams.</summary>
sealed class ImaginatorOption : Option<string?>
{
    const string Variable = "IMAGESDK_IMAGINATOR";
    const int DefaultPort = 6975;

    public ImaginatorOption() : base("--imaginator")
    {
        Description = $"The imaginator [default: ${Variable}, else localhost:{DefaultPort}]";
        HelpName = "HOST[:PORT]";
        Recursive = true;
    }

    /// <summary>Asks it one question.</summary>
    /// <exception cref="Errors.CommandException">It cannot be reached.</exception>
    public async Task<T> AskAsync<T>(ParseResult arguments, CommandContext context, Func<ImaginatorClient, Task<T>> ask)
    {
        var name = arguments.GetValue(this) ?? context.Host.GetVariable(Variable);
        await using var connection = await context.ConnectAsync(
            ServerOptions.ParseAddress("--imaginator", string.IsNullOrEmpty(name) ? "localhost" : name, DefaultPort));
        return await ask(new ImaginatorClient(connection));
    }
}
