using System.CommandLine;

namespace ImageSdk.Cli.Commands;

/// <summary>A command of the tool.</summary>
abstract class ImageCommand(string name, string description) : Command(name, description)
{
    public void Connect(CommandHost host, GlobalOptions options) =>
        // On another thread, so that a signal finds somebody who can pass it on.
        SetAction((arguments, cancellation) => Task.Run(
            () => Execute(
                arguments,
                new CommandContext(host, options.ReadLocation(arguments, host), options.IsJson(arguments), cancellation)),
            CancellationToken.None));

    /// <returns>The exit code.</returns>
    protected abstract int Execute(ParseResult arguments, CommandContext context);

    protected static Argument<string> ImageArgument(string name = "IMAGE") => new(name)
    {
        Description = "Name of an image, of a stream (its newest image), or path of an image file",
    };
}
