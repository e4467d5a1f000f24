using System.CommandLine;
using System.Text;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Finding;

namespace ImageSdk.Cli.Commands.Comparisons;

/// <summary>imagesdk diff-filters.</summary>
sealed class DiffFiltersCommand() : ToolDiffCommand("diff-filters", "Compare the filters of two images with a program")
{
    protected override (Action<Stream> Left, Action<Stream> Right) Prepare(
        FoundImage left, FoundImage right, ParseResult arguments, CommandContext context) => (Write(left), Write(right));

    static Action<Stream> Write(FoundImage found) => output =>
    {
        foreach (var line in found.Image.Filter?.Lines ?? [])
            output.Write(Encoding.UTF8.GetBytes($"{line}\n"));
    };
}
