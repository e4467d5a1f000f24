using System.CommandLine;
using System.Text;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Finding;
using ImageSdk.Images;

namespace ImageSdk.Cli.Commands.Comparisons;

/// <summary>imagesdk diff-triggers.</summary>
sealed class DiffTriggersCommand() : ToolDiffCommand("diff-triggers", "Compare the triggers of two images with a program")
{
    protected override (Action<Stream> Left, Action<Stream> Right) Prepare(
        FoundImage left, FoundImage right, ParseResult arguments, CommandContext context) => (Write(left), Write(right));

    static Action<Stream> Write(FoundImage found) => output =>
        output.Write(Encoding.UTF8.GetBytes((found.Image.Triggers ?? new Triggers([])).ToJson()));
}
