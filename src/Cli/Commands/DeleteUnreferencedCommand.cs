using System.CommandLine;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Errors;
using ImageSdk.Images;

namespace ImageSdk.Cli.Commands;

/// <summary>imagesdk delunrefobj: deletes objects that no image needs, the oldest first.</summary>
sealed class DeleteUnreferencedCommand : ImageCommand
{
    readonly Argument<byte> percentage = new("PERCENT") { Description = "At least this share of them" };
    readonly Argument<string> bytes = new("BYTES") { Description = "And at least this many bytes, for instance 10GiB" };

    public DeleteUnreferencedCommand() : base("delunrefobj", "Delete objects that no image needs")
    {
        Add(percentage);
        Add(bytes);
    }

    protected override async Task<int> ExecuteAsync(ParseResult arguments, CommandContext context)
    {
        if (!HumanSize.TryParse(arguments.GetRequiredValue(bytes), out var size))
            throw new CommandException(ErrorCode.Usage, $"\"{arguments.GetRequiredValue(bytes)}\" is no size: write it as 10GiB or 500MB.");
        await context.Repository.DeleteUnreferencedAsync(arguments.GetRequiredValue(percentage), size, context.Cancellation);
        return ExitCode.Success;
    }
}
