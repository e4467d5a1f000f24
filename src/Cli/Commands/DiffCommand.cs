using System.CommandLine;
using ImageSdk.Cli.Comparison;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Errors;
using ImageSdk.Cli.Finding;
using ImageSdk.Cli.Options;
using ImageSdk.Comparison;
using ImageSdk.Comparison.Changelogs;
using ImageSdk.Comparison.Reports;
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
    readonly Option<string> format = new("--format")
    {
        Description = $"Form of the comparison: {string.Join(", ", ReportFormat.All.Select(format => format.Name))}", HelpName = "FORMAT", DefaultValueFactory = _ => ReportFormat.Text.Name,
    };

    readonly Option<bool> changelogs = new("--changelogs") { Description = "Say what the changelogs in B have on upgraded packages" };
    readonly Option<string?> leftLabel = new("--left-label") { Description = "What A is called in the comparison", HelpName = "TEXT" };
    readonly Option<string?> rightLabel = new("--right-label") { Description = "What B is called in the comparison", HelpName = "TEXT" };
    readonly Option<bool> ignoreFilters = new("--ignore-filters") { Description = "With a tool: compare all paths" };
    readonly FilterOption deleteFilter = new("--delete-filter", "With a tool: a filter to apply in place of the images' own");
    readonly ListingOptions listing = new();
    readonly ToolOptions tool = new();

    public DiffCommand() : base("diff", "Compare two images: exit code 0 same, 1 different, 2 error")
    {
        Add(images);
        format.CompletionSources.Add([.. ReportFormat.All.Select(known => known.Name)]);
        foreach (var option in (Option[])[packages, format, changelogs, leftLabel, rightLabel, applyFilters, ignoreTimes, ignoreFilters])
            Add(option);
        deleteFilter.AddTo(this);
        listing.AddTo(this);
        tool.AddTo(this);
    }

    protected override async Task<int> ExecuteAsync(ParseResult arguments, CommandContext context)
    {
        string[] words = arguments.GetRequiredValue(images);
        if (words is [var program, var oneSide, var otherSide])
            return await RunAsync(program, oneSide, otherSide, arguments, context);
        var form = FormatOf(arguments, context);
        var report = await CompareAsync(words[0], words[1], arguments, context);
        report = report with { Left = arguments.GetValue(leftLabel) ?? report.Left, Right = arguments.GetValue(rightLabel) ?? report.Right };
        context.Host.WriteBytes(output => form.Write(output, report));
        return report.IsSame ? ExitCode.Success : ExitCode.No;
    }

    ReportFormat FormatOf(ParseResult arguments, CommandContext context)
    {
        if (context.IsJson)
            return ReportFormat.Json;
        var name = arguments.GetRequiredValue(format);
        return ReportFormat.Find(name) ?? throw new CommandException(
            ErrorCode.Usage, $"there is no format {name}: use one of {string.Join(", ", ReportFormat.All.Select(known => known.Name))}");
    }

    async Task<ChangeReport> CompareAsync(string first, string second, ParseResult arguments, CommandContext context)
    {
        if (LockComparison.IsLock(first) || LockComparison.IsLock(second))
            return CompareLocks(first, second);
        var (onlyPackages, withChangelogs) = (arguments.GetValue(packages), arguments.GetValue(changelogs));
        var lookup = new ImageLookup(WithTree: !onlyPackages || withChangelogs, Filter: listing.ReadFilter(arguments));
        var left = await context.FindAsync(first, lookup with { WithTree = !onlyPackages });
        var right = await context.FindAsync(second, lookup);
        var report = onlyPackages
            ? new ChangeReport(left.Name, right.Name, PackageComparison.Compare(left.Image.Packages, right.Image.Packages))
            : ChangeReport.Of(left.Name, right.Name, ImageComparison.Compare(
                left.Image with { FileSystem = left.Tree }, right.Image with { FileSystem = right.Tree }, arguments.GetValue(applyFilters), arguments.GetValue(ignoreTimes)));
        return withChangelogs
            ? report with { Changelogs = ChangelogReader.Read(ChangelogFinder.Find(right.Tree, report.Packages), context.ObjectsOf(right)) }
            : report;
    }

    static ChangeReport CompareLocks(string left, string right) => LockComparison.IsLock(left) && LockComparison.IsLock(right)
        ? LockComparison.Compare(left, right)
        : throw new CommandException(ErrorCode.Usage, "a lock has only what its project installs, so it can be compared with another lock but not with an image");

    async Task<int> RunAsync(string program, string first, string second, ParseResult arguments, CommandContext context)
    {
        var lookup = new ImageLookup(Filter: listing.ReadFilter(arguments));
        var left = await context.FindAsync(first, lookup);
        var right = await context.FindAsync(second, lookup);
        var trees = arguments.GetValue(ignoreFilters)
            ? (Left: left.Tree, Right: right.Tree)
            : ImageDiff.Reduce(left.Tree, left.Image.Filter, right.Tree, right.Image.Filter, deleteFilter.Read(arguments));
        var lines = listing.Read(arguments);
        await tool.RunAsync(arguments, program, context, output => lines.Write(trees.Left, output), output => lines.Write(trees.Right, output));
        return ExitCode.Success;
    }
}
