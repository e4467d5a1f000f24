using System.CommandLine;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Errors;
using ImageSdk.Cli.Options;

namespace ImageSdk.Cli.Commands.Building;

/// <summary>imagesdk build replace-idle-slaves: new machines for builds, where an imaginator builds on such.</summary>
sealed class ReplaceIdleSlavesCommand : ImageCommand
{
    readonly ImaginatorOption imaginator;

    public ReplaceIdleSlavesCommand(ImaginatorOption imaginator)
        : base("replace-idle-slaves", "Have an imaginator replace the machines that wait for builds") => this.imaginator = imaginator;

    protected override async Task<int> ExecuteAsync(ParseResult arguments, CommandContext context)
    {
        var reply = await imaginator.AskAsync(arguments, context, client => client.ReplaceIdleSlavesAsync(immediately: true, context.Cancellation));
        return reply.Error.Length == 0 ? ExitCode.Success : throw new CommandException(ErrorCode.ServerRefuses, $"the imaginator says: {reply.Error}");
    }
}
