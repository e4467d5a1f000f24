using System.CommandLine;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Errors;
using ImageSdk.Cli.Options;

namespace ImageSdk.Cli.Commands.Building;

/// <summary>imagesdk build start-auto-builds: a cycle of automatic builds, now.</summary>
sealed class StartAutoBuildsCommand : ImageCommand
{
    readonly Option<bool> wait = new("--wait") { Description = "Wait until the cycle is done" };
    readonly Option<bool> waitToStart = new("--wait-to-start") { Description = "Wait for a cycle that is under way; else that is an error" };
    readonly ImaginatorOption imaginator;

    public StartAutoBuildsCommand(ImaginatorOption imaginator) : base("start-auto-builds", "Have an imaginator build its automatic streams now")
    {
        this.imaginator = imaginator;
        Add(wait);
        Add(waitToStart);
    }

    protected override async Task<int> ExecuteAsync(ParseResult arguments, CommandContext context)
    {
        var reply = await imaginator.AskAsync(arguments, context, client => client.StartAutoBuildsAsync(
            new() { WaitForComplete = arguments.GetValue(wait), WaitToStart = arguments.GetValue(waitToStart) }, context.Cancellation));
        return reply.Error.Length == 0 ? ExitCode.Success : throw new CommandException(ErrorCode.ServerRefuses, $"the imaginator says: {reply.Error}");
    }
}
