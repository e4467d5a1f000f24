using System.CommandLine;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Errors;
using ImageSdk.Cli.Options;
using ImageSdk.Cli.Output;
using ImageSdk.Dominator;

namespace ImageSdk.Cli.Commands.Building;

/// <summary>imagesdk build disable-auto-builds, disable-build-requests, enable-build-requests.</summary>
sealed class SwitchBuildsCommand : ImageCommand
{
    static readonly TimeSpan usual = TimeSpan.FromMinutes(5);

    readonly ImaginatorOption imaginator;
    readonly DurationOption? disableFor;
    readonly Func<ImaginatorClient, TimeSpan, CancellationToken, Task<(DateTimeOffset? Until, string Error)>> ask;

    SwitchBuildsCommand(
        string name, string description, ImaginatorOption imaginator, bool hasTime,
        Func<ImaginatorClient, TimeSpan, CancellationToken, Task<(DateTimeOffset? Until, string Error)>> ask) : base(name, description)
    {
        (this.imaginator, this.ask) = (imaginator, ask);
        if (!hasTime)
            return;
        disableFor = new("--disable-for", "For how long [default: 5m]") { DefaultValueFactory = _ => usual };
        Add(disableFor);
    }

    public static SwitchBuildsCommand DisableAutomatic(ImaginatorOption imaginator) => new(
        "disable-auto-builds", "Have an imaginator build nothing by itself for a while; images that are there are kept for longer", imaginator, hasTime: true,
        async (client, time, cancellation) => await client.DisableAutoBuildsAsync(time, cancellation) is var reply ? (reply.DisabledUntil, reply.Error) : default);

    public static SwitchBuildsCommand DisableRequests(ImaginatorOption imaginator) => new(
        "disable-build-requests", "Have an imaginator refuse requests for a while", imaginator, hasTime: true, SwitchRequestsAsync);

    public static SwitchBuildsCommand EnableRequests(ImaginatorOption imaginator) => new(
        "enable-build-requests", "Have an imaginator take requests again", imaginator, hasTime: false, SwitchRequestsAsync);

    protected override async Task<int> ExecuteAsync(ParseResult arguments, CommandContext context)
    {
        var time = disableFor is null ? TimeSpan.Zero : arguments.GetValue(disableFor);
        var (until, error) = await imaginator.AskAsync(arguments, context, client => ask(client, time, context.Cancellation));
        if (error.Length > 0)
            throw new CommandException(ErrorCode.ServerRefuses, $"the imaginator says: {error}");
        if (context.IsJson)
            context.Host.WriteJson(json =>
            {
                json.WriteStartObject();
                if (until is { } at)
                    json.WriteString("disabledUntil", at.UtcDateTime);
                else
                    json.WriteNull("disabledUntil");
                json.WriteEndObject();
            });
        return ExitCode.Success;
    }

    static async Task<(DateTimeOffset?, string)> SwitchRequestsAsync(ImaginatorClient client, TimeSpan time, CancellationToken cancellation)
    {
        var reply = await client.DisableBuildRequestsAsync(time, cancellation);
        return (reply.DisabledUntil, reply.Error);
    }
}
