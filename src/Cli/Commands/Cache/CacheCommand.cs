using System.CommandLine;
using ImageSdk.Cli.Hosting;
using ImageSdk.Cli.Options;

namespace ImageSdk.Cli.Commands.Cache;

/// <summary>imagesdk cache: the commands on the build cache.</summary>
sealed class CacheCommand : Command
{
    readonly Option<string?> cache = new("--cache")
    {
        Description = "The build cache, a project's ImageCacheDirectory [default: $XDG_CACHE_HOME/imagesdk or ~/.cache/imagesdk]",
        HelpName = "DIR",
        Recursive = true,
    };

    public CacheCommand(CommandHost host, GlobalOptions options) : base("cache", "List, explain, clean up and verify the build cache")
    {
        Add(cache);
        foreach (var command in (ImageCommand[])
            [new CacheListCommand(cache), new CacheExplainCommand(), new CacheCollectCommand(cache), new CacheVerifyCommand(cache)])
        {
            command.Connect(host, options);
            Add(command);
        }
    }
}
