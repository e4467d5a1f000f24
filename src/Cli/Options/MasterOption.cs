using System.CommandLine;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Repositories;

namespace ImageSdk.Cli.Options;

/// <summary>--master: the server that changes go to, where --server is a replica of it.</summary>
sealed class MasterOption : Option<string?>
{
    public MasterOption() : base("--master")
    {
        Description = "The server that changes go to, where --server is its replica";
        HelpName = "HOST[:PORT]";
    }

    /// <summary>Null where none is named.</summary>
    public ServerRepository? Open(ParseResult arguments, CommandContext context) =>
        arguments.GetValue(this) is { } name ? context.OpenServer(name) : null;

    /// <summary>The master where one is named, else what the other commands use.</summary>
    public IImageRepository Choose(ParseResult arguments, CommandContext context)
    {
        if (Open(arguments, context) is not { } master)
            return context.Repository;
        context.KeepUntilEnd(master);
        return master;
    }
}
