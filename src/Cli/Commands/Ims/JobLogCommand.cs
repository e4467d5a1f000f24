using System.CommandLine;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Errors;
using ImageSdk.Ims.Http;

namespace ImageSdk.Cli.Commands.Ims;

/// <summary>imagesdk ims jobs log: what a job has said so far, or until it ends.</summary>
sealed class JobLogCommand : ImsRecordCommand
{
    readonly Argument<string> id;
    readonly Option<bool> follow = new("--follow", "-f") { Description = "Go on until the job ends" };

    public JobLogCommand(ImsServiceOption service) : base(ImsKind.Jobs, service, "log", "Print what a job says")
    {
        Add(id = IdArgument());
        Add(follow);
    }

    protected override async Task<int> ExecuteAsync(ParseResult arguments, CommandContext context, ImsClient client)
    {
        var path = $"{Kind.PathOf(arguments.GetRequiredValue(id))}/log{(arguments.GetValue(follow) ? "?follow=true" : "")}";
        await context.Host.WriteBytesAsync(output => client.CopyAsync(path, "text/plain", output, context.Cancellation));
        return ExitCode.Success;
    }
}
