using System.CommandLine;
using ImageSdk.Cli.Errors;

namespace ImageSdk.Cli.Options;

/// <summary>--expires-in: how long until an image expires; never where it is not given or 0.</summary>
sealed class ExpiryOption
{
    static readonly TimeSpan Minimum = TimeSpan.FromMinutes(15);

    readonly DurationOption option = new("--expires-in", "How long until the image expires and is deleted, at least 15m [default: never]");

    public void AddTo(Command command) => command.Add(option);

    /// <exception cref="CommandException">It is shorter than a server keeps an image.</exception>
    public TimeSpan? ReadDuration(ParseResult arguments)
    {
        var duration = arguments.GetValue(option);
        if (duration == default)
            return null;
        return duration >= Minimum ? duration : throw new CommandException(ErrorCode.BadExpiry, "Minimum expiration: 15m0s: give --expires-in 15m or more");
    }

    /// <inheritdoc cref="ReadDuration"/>
    public DateTimeOffset? Read(ParseResult arguments) => ReadDuration(arguments) is { } duration ? DateTimeOffset.UtcNow + duration : null;
}
