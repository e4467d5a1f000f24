using System.CommandLine;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Finding;
using ImageSdk.Images;

namespace ImageSdk.Cli.Commands.Comparisons;

/// <summary>imagesdk diff-files: one file of two images.</summary>
sealed class DiffFilesCommand : ToolDiffCommand
{
    readonly Argument<string> path = new("PATH") { Description = "A path in both images, from their root" };

    public DiffFilesCommand() : base("diff-files", "Compare a file of two images with a program") => Add(path);

    protected override bool NeedsTree => true;

    protected override (Action<Stream> Left, Action<Stream> Right) Prepare(
        FoundImage left, FoundImage right, ParseResult arguments, CommandContext context)
    {
        ByteString wanted = arguments.GetRequiredValue(path);
        return (Write(left), Write(right));

        Action<Stream> Write(FoundImage found)
        {
            // Before the program is started, so that its output is not mixed with an error.
            var file = new FileInImage(found, wanted);
            return output => file.CopyTo(output, context);
        }
    }
}
