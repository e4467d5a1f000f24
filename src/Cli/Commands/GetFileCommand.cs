using System.CommandLine;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Errors;
using ImageSdk.Cli.Finding;
using ImageSdk.Cli.Output;

namespace ImageSdk.Cli.Commands;

/// <summary>imagesdk get-file-in-image: the content of one file.</summary>
sealed class GetFileCommand : ImageCommand
{
    readonly Argument<string> image = ImageArgument();
    readonly Argument<string> path = new("PATH") { Description = "The path of a regular file in the image, from its root" };
    readonly Argument<string?> output = OutputArgument();

    public GetFileCommand() : base("get-file-in-image", "Write the content of a file of an image")
    {
        Add(image);
        Add(path);
        Add(output);
    }

    protected override async Task<int> ExecuteAsync(ParseResult arguments, CommandContext context)
    {
        var found = await context.FindAsync(arguments.GetRequiredValue(image));
        var file = new FileInImage(found, arguments.GetRequiredValue(path));
        await OutputFile.WriteAsync(context.Host, arguments.GetValue(output), stream =>
        {
            file.CopyTo(stream, context);
            return Task.CompletedTask;
        });
        return ExitCode.Success;
    }
}
