using System.CommandLine;
using ImageSdk.Building.Caching;
using ImageSdk.Cli.Caches;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Errors;
using ImageSdk.Cli.Output;
using ImageSdk.Cli.Views;
using ImageSdk.Contracts.Messages;
using ImageSdk.Images;
using ImageSdk.Images.Json;
using ImageSdk.Layers;

namespace ImageSdk.Cli.Commands.Cache;

/// <summary>imagesdk cache gc: removes the least recently used layers.</summary>
sealed class CacheCollectCommand : LocalCommand
{
    readonly Option<string?> cache;

    readonly Option<string?> maxSize = new("--max-size")
    {
        Description = "Remove the least recently used layers and packages until the rest has no more than this, for instance 10GiB",
        HelpName = "SIZE",
    };

    readonly Option<string?> maxAge = new("--max-age")
    {
        Description = "Remove layers and packages that no build used for this long, for instance 30d or 12h",
        HelpName = "DURATION",
    };

    readonly Option<bool> dryRun = new("--dry-run") { Description = "Say what would be removed and remove nothing" };

    readonly Option<bool> verbose = new("--verbose") { Description = "Name every layer and package instead of summing them up" };

    public CacheCollectCommand(Option<string?> cache)
        : base("gc", "Remove layers and packages that are damaged or over the limits, and what killed builds left")
    {
        this.cache = cache;
        Add(maxSize);
        Add(maxAge);
        Add(dryRun);
        Add(verbose);
    }

    // The worker ends only on request.
    protected override bool NeedsCleaning => true;

    protected override int Execute(ParseResult arguments, CommandContext context)
    {
        var limits = new CacheLimits(ReadSize(arguments.GetValue(maxSize)), ReadAge(arguments.GetValue(maxAge)));
        var layers = CacheLocation.Open(arguments.GetValue(cache), context.Host.GetVariable);
        var isDry = arguments.GetValue(dryRun);
        var removed = isDry ? limits.Select(layers.List(context.Cancellation), DateTimeOffset.UtcNow) : Collect(layers, limits, context);
        var bytes = removed.Aggregate(0ul, (sum, layer) => sum + layer.Size);
        if (context.IsJson)
        {
            context.Host.WriteJson(json => json.WriteMembers(() =>
            {
                json.WriteBoolean("dryRun", isDry);
                json.WriteNumber("bytes", bytes);
                json.WriteList("removed", removed, layer => LayerOutput.Write(json, layer));
            }));
            return ExitCode.Success;
        }
        var word = isDry ? "would remove" : "removed";
        var lines = arguments.GetValue(verbose)
            ? removed.Select(layer => LayerOutput.Describe(layer, DateTimeOffset.UtcNow))
            : LayerOutput.SumUp(removed);
        foreach (var line in lines)
            context.Host.Text.WriteLine($"{word} {line}");
        var layerCount = removed.Count(entry => entry.Kind == CachedKind.Layer);
        var others = removed.Count == layerCount ? "" : $" and {removed.Count - layerCount} packages, package lists and downloads";
        context.Host.Text.WriteLine($"{word} {layerCount} layers{others}, {HumanSize.Format(bytes)}");
        return ExitCode.Success;
    }

    static IReadOnlyList<CachedLayer> Collect(LayerCache layers, CacheLimits limits, CommandContext context)
    {
        using var workers = ToolWorkers.Create();
        return layers.CollectAsync(limits, workers, new CacheListener(context), context.Cancellation).GetAwaiter().GetResult();
    }

    static ulong? ReadSize(string? text) => text is null ? null : HumanSize.TryParse(text, out var bytes)
        ? bytes
        : throw new CommandException(ErrorCode.Usage, $"\"{text}\" is no size: write a number and a unit, for instance 10GiB");

    static TimeSpan? ReadAge(string? text) => text is null ? null : DurationText.TryParse(text, out var age)
        ? age
        : throw new CommandException(ErrorCode.Usage, $"\"{text}\" is no duration: write numbers with w, d, h, m or s, for instance 30d or 1d12h");
}
