using System.CommandLine;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Errors;
using ImageSdk.Cli.Finding;
using ImageSdk.Cli.Output;

namespace ImageSdk.Cli.Commands;

/// <summary>imagesdk get-build-log.</summary>
sealed class GetBuildLogCommand : ImageCommand
{
    readonly Argument<string> image = ImageArgument();
    readonly Argument<string?> output = OutputArgument();

    public GetBuildLogCommand() : base("get-build-log", "Write the build log of an image")
    {
        Add(image);
        Add(output);
    }

    protected override async Task<int> ExecuteAsync(ParseResult arguments, CommandContext context)
    {
        var found = await context.FindAsync(arguments.GetRequiredValue(image), new(WithTree: false));
        using var log = BuildLog.Open(found, context);
        await OutputFile.WriteAsync(context.Host, arguments.GetValue(output), stream => log.CopyToAsync(stream, context.Cancellation));
        return ExitCode.Success;
    }
}
