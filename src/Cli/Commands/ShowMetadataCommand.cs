using System.CommandLine;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Errors;
using ImageSdk.Cli.Finding;

namespace ImageSdk.Cli.Commands;

/// <summary>imagesdk show-metadata: all that is known of an image but its tree, as JSON.</summary>
sealed class ShowMetadataCommand : ImageCommand
{
    readonly Argument<string> image = ImageArgument();

    public ShowMetadataCommand() : base("show-metadata", "Show all that is known of an image but its tree") => Add(image);

    protected override async Task<int> ExecuteAsync(ParseResult arguments, CommandContext context)
    {
        var found = await context.FindAsync(arguments.GetRequiredValue(image), new(WithTree: false));
        var metadata = await ImageMetadata.ReadAsync(found, context);
        context.Host.Text.Write(metadata.ToJson());
        return ExitCode.Success;
    }
}
