using System.CommandLine;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Hosting;
using ImageSdk.Cli.Options;

namespace ImageSdk.Cli.Commands;

/// <summary>A command of the tool.</summary>
abstract class ImageCommand(string name, string description) : Command(name, description)
{
    /// <summary>Whether the command has something to take away when it is cancelled. The others can be left as they are.</summary>
    protected virtual bool NeedsCleaning => false;

    public void Connect(CommandHost host, GlobalOptions options) => SetAction((arguments, cancellation) =>
    {
        // On another thread, so that a signal finds a thread that can pass it on.
        var execution = Task.Run(() => RunAsync(arguments, host, options, cancellation), CancellationToken.None);
        return NeedsCleaning ? execution : execution.WaitAsync(cancellation);
    });

    /// <returns>The exit code.</returns>
    protected abstract Task<int> ExecuteAsync(ParseResult arguments, CommandContext context);

    async Task<int> RunAsync(ParseResult arguments, CommandHost host, GlobalOptions options, CancellationToken cancellation)
    {
        var parsed = new ParsedOptions(
            options.IsJson(arguments), () => options.OpenRepository(arguments, host), () => options.ReadLocation(arguments, host),
            name => options.OpenServer(name, arguments, host), () => options.MakeDialer(arguments, host), () => options.ReadServer(arguments, host));
        await using var context = new CommandContext(host, parsed, cancellation);
        return await ExecuteAsync(arguments, context);
    }

    protected static Argument<string> ImageArgument(string name = "IMAGE") => new(name)
    {
        Description = "Name of an image, of a stream (its newest image), path of an image file, or d:DIR, f:FILE, i:NAME, I:STREAM, l:FILE, s:HOST",
    };

    protected static Argument<string?> OutputArgument() => new("OUT")
    {
        Description = "Where to write [default: standard output]", Arity = ArgumentArity.ZeroOrOne,
    };
}
