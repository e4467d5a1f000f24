using System.CommandLine;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Errors;

namespace ImageSdk.Cli.Commands;

/// <summary>imagesdk chown: the group that may add images to a directory.</summary>
sealed class ChangeOwnerCommand : ImageCommand
{
    readonly Argument<string> directory = new("DIR") { Description = "The full name of a directory of images" };
    readonly Argument<string> group = new("GROUP") { Description = "The group; \"\" for none" };

    public ChangeOwnerCommand() : base("chown", "Change the group that owns a directory of images")
    {
        Add(directory);
        Add(group);
    }

    protected override async Task<int> ExecuteAsync(ParseResult arguments, CommandContext context)
    {
        await context.Repository.ChangeOwnerAsync(
            arguments.GetRequiredValue(directory), arguments.GetRequiredValue(group), context.Cancellation);
        return ExitCode.Success;
    }
}
