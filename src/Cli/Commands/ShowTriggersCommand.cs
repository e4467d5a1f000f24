using System.CommandLine;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Errors;
using ImageSdk.Cli.Finding;
using ImageSdk.Images;

namespace ImageSdk.Cli.Commands;

/// <summary>imagesdk show-triggers: the triggers of an image, as JSON.</summary>
sealed class ShowTriggersCommand : ImageCommand
{
    readonly Argument<string> image = ImageArgument();

    public ShowTriggersCommand() : base("show-triggers", "Show the triggers of an image") => Add(image);

    protected override async Task<int> ExecuteAsync(ParseResult arguments, CommandContext context)
    {
        var triggers = (await context.FindAsync(arguments.GetRequiredValue(image), new(WithTree: false))).Image.Triggers;
        context.Host.Text.Write((triggers ?? new Triggers([])).ToJson());
        return ExitCode.Success;
    }
}
