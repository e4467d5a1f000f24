using System.CommandLine;
using System.Globalization;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Errors;
using ImageSdk.Cli.Options;
using ImageSdk.Cli.Output;
using ImageSdk.Dominator;
using ImageSdk.Images.Json;

namespace ImageSdk.Cli.Commands.Building;

/// <summary>imagesdk build cancel: ends builds of an imaginator.</summary>
sealed class CancelBuildCommand : ImageCommand
{
    readonly Argument<string> build = new("BUILD") { Description = "A build's number, or a stream for all builds of it that wait or go on" };
    readonly ImaginatorOption imaginator;

    public CancelBuildCommand(ImaginatorOption imaginator) : base("cancel", "Have an imaginator cancel builds; prints their numbers")
    {
        this.imaginator = imaginator;
        Add(build);
    }

    protected override async Task<int> ExecuteAsync(ParseResult arguments, CommandContext context)
    {
        var name = arguments.GetRequiredValue(build);
        var request = ulong.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
            ? new CancelBuildRequest { Build = number } : new CancelBuildRequest { StreamName = name };
        var reply = await imaginator.AskAsync(arguments, context, client => client.CancelBuildAsync(request, context.Cancellation));
        if (reply.Error.Length > 0)
            throw new CommandException(ErrorCode.ServerRefuses, $"the imaginator says: {reply.Error}");
        if (context.IsJson)
            context.Host.WriteJson(json =>
            {
                json.WriteStartObject();
                json.WritePropertyName("cancelled");
                json.WriteList(reply.Cancelled, json.WriteNumberValue);
                json.WriteEndObject();
            });
        else
            foreach (var id in reply.Cancelled)
                context.Host.Text.WriteLine(id);
        return ExitCode.Success;
    }
}
