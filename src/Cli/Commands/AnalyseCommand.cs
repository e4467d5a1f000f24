using System.CommandLine;
using System.Diagnostics;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Errors;
using ImageSdk.Images;
using ImageSdk.Trees.Scanning;

namespace ImageSdk.Cli.Commands;

/// <summary>imagesdk analyse-file-system: which contents a tree has, and how often, as JSON.</summary>
sealed class AnalyseCommand : ImageCommand
{
    readonly Argument<string> directory = new("DIR") { Description = "A directory tree; other file systems mounted in it are left out" };

    public AnalyseCommand() : base("analyse-file-system", "Say which contents a directory tree has, and how often") => Add(directory);

    protected override async Task<int> ExecuteAsync(ParseResult arguments, CommandContext context)
    {
        var path = arguments.GetRequiredValue(directory);
        if (!Directory.Exists(path))
            throw new CommandException(ErrorCode.ScanFailed, $"there is no directory {path}");
        using var source = TreeSource.Open(path, null);
        var started = Stopwatch.GetTimestamp();
        var tree = await source.ReadAsync(null, context.Cancellation);
        var time = Stopwatch.GetElapsedTime(started);
        var groups = tree.InodeTable.Values.OfType<RegularInode>().Where(file => file.Size > 0).GroupBy(file => file.Hash).OrderBy(group => group.Key).ToArray();
        var text = context.Host.Text;
        text.Write($"{{\n    \"FileSystemSize\": {new DriveInfo(path).TotalSize},\n    \"Objects\": {{");
        var separator = "\n";
        foreach (var group in groups)
        {
            text.Write($"{separator}        \"{group.Key}\": {{\n            \"Count\": {group.Count()},\n            \"Size\": {group.First().Size}\n        }}");
            separator = ",\n";
        }
        var total = groups.Aggregate(0ul, (sum, group) => sum + group.First().Size);
        text.Write($"{(groups.Length > 0 ? "\n    " : "")}}},\n    \"ScanDuration\": {time.Ticks * 100},\n    \"TotalObjectsSize\": {total}\n}}\n");
        return ExitCode.Success;
    }
}
