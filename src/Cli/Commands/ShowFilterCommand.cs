using System.CommandLine;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Errors;
using ImageSdk.Cli.Finding;
using ImageSdk.Cli.Output;
using ImageSdk.Images.Text;

namespace ImageSdk.Cli.Commands;

/// <summary>imagesdk show-filter: the lines of an image's filter.</summary>
sealed class ShowFilterCommand : ImageCommand
{
    readonly Argument<string> image = ImageArgument();

    public ShowFilterCommand() : base("show-filter", "Show the filter of an image") => Add(image);

    protected override async Task<int> ExecuteAsync(ParseResult arguments, CommandContext context)
    {
        var filter = (await context.FindAsync(arguments.GetRequiredValue(image), new(WithTree: false))).Image.Filter;
        NameList.Write(context, filter?.Lines ?? []);
        if (filter?.ListUnoptimised() is { Count: > 0 } slow)
        {
            context.Host.Flush();
            context.Host.Error.WriteLine("The following filter expressions are not optimised:");
            foreach (var line in slow)
                context.Host.Error.WriteLine(OneLine.Of(line));
        }
        return ExitCode.Success;
    }
}
