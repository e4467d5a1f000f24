using System.CommandLine;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Errors;
using ImageSdk.Cli.Options;

namespace ImageSdk.Cli.Commands;

/// <summary>imagesdk find-latest-image: the newest image directly in a directory.</summary>
sealed class FindLatestCommand : ImageCommand
{
    readonly Argument<string> directory = new("DIR") { Description = "The full name of a directory of images" };
    readonly SelectionOptions selection = new();

    public FindLatestCommand() : base("find-latest-image", "Say which image of a directory is the newest")
    {
        Add(directory);
        selection.AddTo(this, withCommit: true);
    }

    protected override async Task<int> ExecuteAsync(ParseResult arguments, CommandContext context)
    {
        var name = await context.Repository.FindLatestAsync(
            arguments.GetRequiredValue(directory), selection.Read(arguments), context.Cancellation) ??
            throw new CommandException(ErrorCode.NothingFound, $"no image found in {arguments.GetRequiredValue(directory)} that fits");
        if (context.IsJson)
            Output.JsonOutput.WriteJson(context.Host, json => json.WriteStringValue(name));
        else
            context.Host.Text.WriteLine(name);
        return ExitCode.Success;
    }
}
