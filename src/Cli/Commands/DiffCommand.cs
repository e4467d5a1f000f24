using System.CommandLine;
using ImageSdk.Cli.Comparison;
using ImageSdk.Cli.Output;

namespace ImageSdk.Cli.Commands;

/// <summary>imagesdk diff: what differs between two images, in words of images.</summary>
sealed class DiffCommand : ImageCommand
{
    readonly Argument<string> left = ImageArgument("A");
    readonly Argument<string> right = ImageArgument("B");

    readonly Option<bool> applyFilters = new("--apply-filters")
    {
        Description = "Leave out the paths that the images' filters match, as imagetool does",
    };

    readonly Option<bool> ignoreTimes = new("--ignore-mtimes") { Description = "Files that differ in their time only are the same" };

    public DiffCommand() : base("diff", "Compare two images: exit code 0 same, 1 different, 2 error")
    {
        Add(left);
        Add(right);
        Add(applyFilters);
        Add(ignoreTimes);
    }

    protected override int Execute(ParseResult arguments, CommandContext context)
    {
        var comparison = ImageComparison.Compare(
            context.Find(arguments.GetRequiredValue(left)), context.Find(arguments.GetRequiredValue(right)),
            arguments.GetValue(applyFilters), arguments.GetValue(ignoreTimes));
        if (context.IsJson)
            context.Host.WriteJson(json => DiffJson.Write(json, comparison));
        else
            DiffText.Write(context.Host.Text, comparison);
        return comparison.IsSame ? ExitCode.Success : ExitCode.No;
    }
}
