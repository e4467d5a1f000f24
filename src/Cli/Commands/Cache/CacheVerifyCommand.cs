using System.CommandLine;
using ImageSdk.Cli.Caches;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Errors;
using ImageSdk.Cli.Output;
using ImageSdk.Images.Json;
using ImageSdk.Images.Text;

namespace ImageSdk.Cli.Commands.Cache;

/// <summary>imagesdk cache verify: whether layers are what their indexes say.</summary>
sealed class CacheVerifyCommand : LocalCommand
{
    readonly Option<string?> cache;
    readonly Option<bool> content = new("--content") { Description = "Read every file as well and compare its hash" };
    readonly Option<bool> repair = new("--repair") { Description = "Remove what is damaged; the next build makes it again" };

    public CacheVerifyCommand(Option<string?> cache)
        : base("verify", "Compare layers with their indexes and packages with their digests: exit code 0 no faults, 1 faults, 2 error")
    {
        this.cache = cache;
        Add(content);
        Add(repair);
    }

    // The worker ends only on request.
    protected override bool NeedsCleaning => true;

    protected override int Execute(ParseResult arguments, CommandContext context)
    {
        var layers = CacheLocation.Open(arguments.GetValue(cache), context.Host.GetVariable);
        var isRepair = arguments.GetValue(repair);
        using var workers = ToolWorkers.Create();
        var faults = layers.VerifyAsync(
            arguments.GetValue(content), isRepair, workers, new CacheListener(context), context.Cancellation).GetAwaiter().GetResult();
        if (context.IsJson)
        {
            context.Host.WriteJson(json => json.WriteList(faults, fault => json.WriteMembers(() =>
            {
                json.WriteString("layer", fault.Layer);
                json.WriteString("reason", fault.Reason);
                json.WriteBoolean("removed", isRepair);
            })));
        }
        else
        {
            foreach (var fault in faults)
                context.Host.Text.WriteLine(OneLine.Of($"{fault.Layer}: {fault.Reason}{(isRepair ? "; removed" : "")}"));
        }
        return faults.Count == 0 ? ExitCode.Success : ExitCode.No;
    }
}
