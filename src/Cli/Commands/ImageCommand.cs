using System.CommandLine;

namespace ImageSdk.Cli.Commands;

/// <summary>A command of the tool.</summary>
abstract class ImageCommand(string name, string description) : Command(name, description)
{
    /// <summary>Whether the command has something to take away when it is cancelled. The others can be left as they are.</summary>
    protected virtual bool NeedsCleaning => false;

    public void Connect(CommandHost host, GlobalOptions options) => SetAction((arguments, cancellation) =>
    {
        var context = new CommandContext(
            host, () => options.ReadLocation(arguments, host), options.IsJson(arguments), cancellation);
        // On another thread, so that a signal finds somebody who can pass it on.
        var execution = Task.Run(() => Execute(arguments, context), CancellationToken.None);
        return NeedsCleaning ? execution : execution.WaitAsync(cancellation);
    });

    /// <returns>The exit code.</returns>
    protected abstract int Execute(ParseResult arguments, CommandContext context);

    protected static Argument<string> ImageArgument(string name = "IMAGE") => new(name)
    {
        Description = "Name of an image, of a stream (its newest image), or path of an image file",
    };
}
