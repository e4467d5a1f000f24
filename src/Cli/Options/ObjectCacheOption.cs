using System.CommandLine;
using ImageSdk.Cli.Errors;
using ImageSdk.Dominator.Transfer;
using ImageSdk.Images;
using ImageSdk.Storage;

namespace ImageSdk.Cli.Options;

/// <summary>--object-cache: a directory that keeps what was downloaded, within a limit.</summary>
sealed class ObjectCacheOption
{
    const ulong DefaultLimit = 10ul << 30;

    readonly Option<string?> directory = new("--object-cache") { Description = "Keep downloaded objects in this directory and take them from there", HelpName = "DIR" };

    readonly Option<string?> size = new("--object-cache-size") { Description = "What the cache may have, for instance 10GiB [default: 10GiB]", HelpName = "SIZE" };

    public void AddTo(Command command)
    {
        command.Add(directory);
        command.Add(size);
    }

    /// <summary>Whether what comes is kept.</summary>
    public bool IsUsed(ParseResult arguments) => arguments.GetValue(directory) is not null;

    /// <summary>Puts the cache in front of a server, where one is wanted.</summary>
    public IObjectFetcher Wrap(ParseResult arguments, IObjectFetcher fetcher)
    {
        if (arguments.GetValue(directory) is not { } path)
            return fetcher;
        var limit = DefaultLimit;
        if (arguments.GetValue(size) is { } text && !HumanSize.TryParse(text, out limit))
            throw new CommandException(ErrorCode.Usage, $"--object-cache-size: \"{text}\" is no size: write it as 10GiB or 500MB.");
        return new CachedObjects(new ObjectStore(path, isDurable: false), limit, fetcher);
    }
}
