using System.CommandLine;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Errors;
using ImageSdk.Cli.Options;

namespace ImageSdk.Cli.Commands;

/// <summary>imagesdk rmdir.</summary>
sealed class RemoveDirectoryCommand : ImageCommand
{
    readonly Argument<string> name = new("DIR") { Description = "The full name of a directory of images" };
    readonly MasterOption master = new();

    public RemoveDirectoryCommand() : base("rmdir", "Remove an empty directory of images")
    {
        Add(name);
        Add(master);
    }

    protected override async Task<int> ExecuteAsync(ParseResult arguments, CommandContext context)
    {
        await master.Choose(arguments, context).DeleteDirectoryAsync(arguments.GetRequiredValue(name), context.Cancellation);
        return ExitCode.Success;
    }
}
