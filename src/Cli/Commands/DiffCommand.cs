using System.CommandLine;
using ImageSdk.Building.State;
using ImageSdk.Cli.Comparison;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Errors;
using ImageSdk.Cli.Finding;
using ImageSdk.Cli.Options;
using ImageSdk.Cli.Output;
using ImageSdk.Images;

namespace ImageSdk.Cli.Commands;

/// <summary>
/// imagesdk diff: what differs between two images, in words of images; with a tool in front of them, as imagetool, the
/// tool's output on their listings.
/// </summary>
sealed class DiffCommand : ImageCommand
{
    readonly Argument<string[]> images = new("[TOOL] A B")
    {
        Description = "Two images; before them, a program that compares files", Arity = new ArgumentArity(2, 3),
    };

    readonly Option<bool> applyFilters = new("--apply-filters")
    {
        Description = "Leave out the paths that the images' filters match, as imagetool does; always with a tool",
    };

    readonly Option<bool> ignoreTimes = new("--ignore-mtimes") { Description = "Files that differ in their time only are the same" };
    readonly Option<bool> packages = new("--packages") { Description = "Packages only, as a table; of locks (image.lock.json) always" };
    readonly Option<bool> ignoreFilters = new("--ignore-filters") { Description = "With a tool: compare all paths" };
    readonly FilterOption deleteFilter = new("--delete-filter", "With a tool: a filter to apply in place of the images' own");
    readonly ListingOptions listing = new();
    readonly ToolOptions tool = new();

    public DiffCommand() : base("diff", "Compare two images: exit code 0 same, 1 different, 2 error")
    {
        Add(images);
        foreach (var option in (Option[])[packages, applyFilters, ignoreTimes, ignoreFilters])
            Add(option);
        deleteFilter.AddTo(this);
        listing.AddTo(this);
        tool.AddTo(this);
    }

    protected override async Task<int> ExecuteAsync(ParseResult arguments, CommandContext context)
    {
        string[] words = arguments.GetRequiredValue(images);
        if (words is [var one, var other] && (LockComparison.IsLock(one) || LockComparison.IsLock(other)))
            return CompareLocks(one, other, context);
        if (words is [var first, var second] && arguments.GetValue(packages))
            return await ComparePackagesAsync(first, second, context);
        var lookup = new ImageLookup(Filter: listing.ReadFilter(arguments));
        var left = await context.FindAsync(words[^2], lookup);
        var right = await context.FindAsync(words[^1], lookup);
        if (words is [var program, _, _])
            return await RunAsync(program, left, right, arguments, context);
        var comparison = ImageComparison.Compare(left, right, arguments.GetValue(applyFilters), arguments.GetValue(ignoreTimes));
        if (context.IsJson)
            context.Host.WriteJson(json => DiffJson.Write(json, comparison));
        else
            DiffText.Write(context.Host.Text, comparison);
        return comparison.IsSame ? ExitCode.Success : ExitCode.No;
    }

    static int CompareLocks(string left, string right, CommandContext context)
    {
        if (!LockComparison.IsLock(left) || !LockComparison.IsLock(right))
            throw new CommandException(ErrorCode.Usage, "a lock has only what its project installs, so it can be compared with another lock but not with an image");
        var comparison = LockComparison.Compare(ImageLockFile.Read(left), ImageLockFile.Read(right));
        if (context.IsJson)
            context.Host.WriteJson(json => DiffJson.Write(json, left, right, comparison.Packages, (comparison.LeftSource, comparison.RightSource)));
        else
        {
            if (comparison.LeftSource != comparison.RightSource)
                context.Host.Text.WriteLine($"source image: {OneLine.Of(comparison.LeftSource)} -> {OneLine.Of(comparison.RightSource)}");
            PackageDiffTable.Write(context.Host.Text, comparison.Packages);
        }
        return comparison.IsSame ? ExitCode.Success : ExitCode.No;
    }

    static async Task<int> ComparePackagesAsync(string first, string second, CommandContext context)
    {
        var left = await context.FindAsync(first, new(WithTree: false));
        var right = await context.FindAsync(second, new(WithTree: false));
        var comparison = PackageComparison.Compare(left.Image.Packages, right.Image.Packages);
        if (context.IsJson)
            context.Host.WriteJson(json => DiffJson.Write(json, left.Name, right.Name, comparison));
        else
            PackageDiffTable.Write(context.Host.Text, comparison);
        return comparison.IsEmpty ? ExitCode.Success : ExitCode.No;
    }

    async Task<int> RunAsync(string program, FoundImage left, FoundImage right, ParseResult arguments, CommandContext context)
    {
        var trees = arguments.GetValue(ignoreFilters)
            ? (Left: left.Tree, Right: right.Tree)
            : ImageDiff.Reduce(left.Tree, left.Image.Filter, right.Tree, right.Image.Filter, deleteFilter.Read(arguments));
        var lines = listing.Read(arguments);
        await tool.RunAsync(arguments, program, context, output => lines.Write(trees.Left, output), output => lines.Write(trees.Right, output));
        return ExitCode.Success;
    }
}
