using System.CommandLine;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Errors;
using ImageSdk.Cli.Finding;
using ImageSdk.Cli.Options;

namespace ImageSdk.Cli.Commands.Comparisons;

/// <summary>A command that has a program compare one part of two images.</summary>
abstract class ToolDiffCommand : ImageCommand
{
    readonly Argument<string> program = new("TOOL") { Description = "A program that compares two files, such as diff" };
    readonly Argument<string> left = ImageArgument("LEFT");
    readonly Argument<string> right = ImageArgument("RIGHT");
    readonly ToolOptions tool = new();

    protected ToolDiffCommand(string name, string description) : base(name, description)
    {
        Add(program);
        Add(left);
        Add(right);
        tool.AddTo(this);
    }

    /// <summary>Whether the part is in the tree.</summary>
    protected virtual bool NeedsTree => false;

    protected override async Task<int> ExecuteAsync(ParseResult arguments, CommandContext context)
    {
        var lookup = new ImageLookup(WithTree: NeedsTree);
        var sides = (await context.FindAsync(arguments.GetRequiredValue(left), lookup), await context.FindAsync(arguments.GetRequiredValue(right), lookup));
        var (writeLeft, writeRight) = Prepare(sides.Item1, sides.Item2, arguments, context);
        await tool.RunAsync(arguments, arguments.GetRequiredValue(program), context, writeLeft, writeRight);
        return ExitCode.Success;
    }

    /// <summary>What writes the two sides.</summary>
    protected abstract (Action<Stream> Left, Action<Stream> Right) Prepare(
        FoundImage left, FoundImage right, ParseResult arguments, CommandContext context);
}
