using System.CommandLine;
using ImageSdk.Cli.Caches;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Errors;
using ImageSdk.Cli.Output;
using ImageSdk.Cli.Views;
using ImageSdk.Images.Json;

namespace ImageSdk.Cli.Commands.Cache;

/// <summary>imagesdk cache list: layers, packages and package lists, the most recently used first.</summary>
sealed class CacheListCommand(Option<string?> cache) : LocalCommand("list", "List the layers and packages of the build cache, the most recently used first")
{
    protected override int Execute(ParseResult arguments, CommandContext context)
    {
        var layers = CacheLocation.Open(arguments.GetValue(cache), context.Host.GetVariable).List(context.Cancellation);
        if (context.IsJson)
            context.Host.WriteJson(json => json.WriteList(layers, layer => LayerOutput.Write(json, layer)));
        else
            LayerOutput.WriteTable(context.Host.Text, layers, DateTimeOffset.UtcNow);
        return ExitCode.Success;
    }
}
