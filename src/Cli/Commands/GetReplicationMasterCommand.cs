using System.CommandLine;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Errors;
using ImageSdk.Cli.Output;
using ImageSdk.Images.Json;
using ImageSdk.Images.Text;

namespace ImageSdk.Cli.Commands;

/// <summary>imagesdk get-replication-master.</summary>
sealed class GetReplicationMasterCommand() : ImageCommand("get-replication-master", "Say which server an image server is a replica of")
{
    protected override async Task<int> ExecuteAsync(ParseResult arguments, CommandContext context)
    {
        var master = await context.Server.AskAsync(images => images.GetReplicationMasterAsync(context.Cancellation), context.Cancellation);
        if (context.IsJson)
            context.Host.WriteJson(json => json.WriteMembers(() => json.WriteText("master", master)));
        else if (master is not null)
            context.Host.Text.WriteLine(OneLine.Of(master));
        return ExitCode.Success;
    }
}
