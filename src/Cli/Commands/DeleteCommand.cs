using System.CommandLine;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Errors;
using ImageSdk.Cli.Options;

namespace ImageSdk.Cli.Commands;

/// <summary>imagesdk delete.</summary>
sealed class DeleteCommand : ImageCommand
{
    readonly Argument<string> name = new("NAME") { Description = "The full name of an image" };
    readonly MasterOption master = new();

    public DeleteCommand() : base("delete", "Delete an image; its name cannot be used again")
    {
        Add(name);
        Add(master);
    }

    protected override async Task<int> ExecuteAsync(ParseResult arguments, CommandContext context)
    {
        await master.Choose(arguments, context).DeleteAsync(arguments.GetRequiredValue(name), context.Cancellation);
        return ExitCode.Success;
    }
}
