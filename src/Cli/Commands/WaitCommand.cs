using System.CommandLine;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Options;
using ImageSdk.Cli.Output;
using ImageSdk.Cli.Repositories;

namespace ImageSdk.Cli.Commands;

/// <summary>imagesdk wait: waits for an image to come.</summary>
sealed class WaitCommand : ImageCommand
{
    readonly Argument<string> name = new("NAME") { Description = "The full name of an image" };
    readonly DurationOption timeout = new("--timeout", "How long to wait [default: not at all]");
    readonly MasterOption master = new();

    public WaitCommand() : base("wait", "Wait for an image: exit code 0 it is there, 1 it did not come, 2 error")
    {
        Add(name);
        Add(timeout);
        Add(master);
    }

    protected override async Task<int> ExecuteAsync(ParseResult arguments, CommandContext context)
    {
        var query = new ImageQuery(WithTree: false, arguments.GetValue(timeout));
        var wanted = arguments.GetRequiredValue(name);
        var started = DateTime.UtcNow;
        // What the master has not got will not come to its replica either.
        await using var above = master.Open(arguments, context);
        if (above is not null && await above.GetAsync(wanted, query, context.Cancellation) is null)
            return Answer.Write(context, false);
        var left = query.Timeout - (DateTime.UtcNow - started);
        query = query with { Timeout = left > TimeSpan.Zero ? left : default };
        return Answer.Write(context, await context.Repository.GetAsync(wanted, query, context.Cancellation) is not null);
    }
}
