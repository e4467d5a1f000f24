using System.CommandLine;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Output;

namespace ImageSdk.Cli.Commands;

/// <summary>imagesdk check: whether there is an image of that name.</summary>
sealed class CheckCommand : ImageCommand
{
    readonly Argument<string> name = new("NAME") { Description = "The full name of an image" };

    public CheckCommand() : base("check", "Say whether there is an image: exit code 0 yes, 1 no, 2 error") => Add(name);

    protected override async Task<int> ExecuteAsync(ParseResult arguments, CommandContext context) =>
        Answer.Write(context, await context.Repository.ExistsAsync(arguments.GetRequiredValue(name), context.Cancellation));
}
