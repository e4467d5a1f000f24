using System.CommandLine;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Errors;
using ImageSdk.Cli.Options;

namespace ImageSdk.Cli.Commands;

/// <summary>imagesdk mkdir.</summary>
sealed class MakeDirectoryCommand : ImageCommand
{
    readonly Argument<string> name = new("DIR") { Description = "The full name of the new directory of images" };
    readonly Option<bool> parents = new("--parents", "-p") { Description = "Make those above it too, and do not mind where it exists" };
    readonly MasterOption master = new();

    public MakeDirectoryCommand() : base("mkdir", "Make a directory of images")
    {
        Add(name);
        Add(parents);
        Add(master);
    }

    protected override async Task<int> ExecuteAsync(ParseResult arguments, CommandContext context)
    {
        await master.Choose(arguments, context).MakeDirectoryAsync(
            arguments.GetRequiredValue(name), arguments.GetValue(parents), context.Cancellation);
        return ExitCode.Success;
    }
}
