using System.CommandLine;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Output;

namespace ImageSdk.Cli.Commands;

/// <summary>imagesdk check-directory: whether there is a directory of images of that name.</summary>
sealed class CheckDirectoryCommand : ImageCommand
{
    readonly Argument<string> name = new("DIR") { Description = "The full name of a directory of images" };

    public CheckDirectoryCommand() : base("check-directory", "Say whether there is a directory of images: exit code 0 yes, 1 no, 2 error") => Add(name);

    protected override async Task<int> ExecuteAsync(ParseResult arguments, CommandContext context) =>
        Answer.Write(context, await context.Repository.DirectoryExistsAsync(arguments.GetRequiredValue(name), context.Cancellation));
}
