using System.CommandLine;
using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Errors;
using ImageSdk.Images.Text;
using ImageSdk.Ims.Http;

namespace ImageSdk.Cli.Commands.Ims;

/// <summary>imagesdk ims shell: the SSH session of a job. It waits until the job offers one.</summary>
sealed class JobShellCommand : ImsRecordCommand
{
    static readonly TimeSpan interval = TimeSpan.FromSeconds(2);

    readonly Argument<string> id = new("JOB") { Description = "Id of the job" };
    readonly Argument<string[]> command = new("COMMAND") { Description = "What is run in the place of a shell, behind --", Arity = ArgumentArity.ZeroOrMore };
    readonly Option<string?> container = new("--container") { Description = "Which shell of several", HelpName = "NAME" };
    readonly Option<string?> identity = new("--identity") { Description = "The private key [default: ssh's own]", HelpName = "FILE" };
    readonly Option<string> network = new("--network") { Description = "The network by which the job is reached", DefaultValueFactory = _ => "customer_access", HelpName = "NAME" };

    public JobShellCommand(ImsServiceOption service) : base(ImsKind.Jobs, service, "shell", "Open the SSH session of a job, as soon as there is one")
    {
        Add(id);
        Add(command);
        foreach (var option in (Option[])[container, identity, network])
            Add(option);
    }

    /// <returns>The exit code of ssh.</returns>
    protected override async Task<int> ExecuteAsync(ParseResult arguments, CommandContext context, ImsClient client)
    {
        var job = arguments.GetRequiredValue(id);
        var (host, port) = await WaitAsync(client, job, arguments.GetValue(container), arguments.GetValue(network)!, context);
        context.Host.Flush();
        // Each job has a key of its own at an address that others had before.
        List<string> words = ["-p", port, "-o", $"HostKeyAlias=ims-job-{job}", "-o", "StrictHostKeyChecking=accept-new"];
        if (arguments.GetValue(identity) is { } key)
            words.AddRange(["-i", key]);
        words.AddRange(["--", $"root@{host}", .. arguments.GetValue(command) ?? []]);
        try
        {
            using var process = Process.Start(new ProcessStartInfo(context.Host.GetVariable("IMAGESDK_SSH") ?? "ssh", words))!;
            await process.WaitForExitAsync(CancellationToken.None);
            return process.ExitCode;
        }
        catch (Win32Exception exception)
        {
            throw new CommandException(ErrorCode.NoSsh, $"ssh cannot be started: {exception.Message}: install openssh-client", exception);
        }
    }

    async Task<(string Host, string Port)> WaitAsync(ImsClient client, string job, string? wanted, string wantedNetwork, CommandContext context)
    {
        for (var said = ""; ;)
        {
            var record = (await client.SendAsync(HttpMethod.Get, Kind.PathOf(job), null, context.Cancellation))!;
            var status = record["status"]?.ToString() ?? "";
            var shells = (record["ssh_containers"] as JsonArray ?? []).OfType<JsonObject>().Where(shell => wanted is null || shell["name"]?.ToString() == wanted).ToList();
            if (shells.Count == 0)
                throw None($"job {job} offers no shell{(wanted is null ? "" : $" named \"{wanted}\"")}: it is a create job without --debug, or another container is meant");
            if (status is "success" or "error")
                throw None($"job {job} is over ({status}): it offers no shell any more");
            // The original never says that a container is active.
            if (shells[0]["status"]?.ToString() == "active" || status == "waiting_on_user")
                return shells[0]["connection_info"]?[wantedNetwork] is JsonObject place && place["host"] is { } host
                    ? (CheckHost(host.ToString()), int.Parse($"{place["port"] ?? 22}", CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture))
                    : throw None($"job {job} says no address for the network \"{wantedNetwork}\"");
            if (said != status)
                await context.Host.Error.WriteLineAsync($"{job}: {OneLine.Of(said = status)}");
            await Task.Delay(interval, context.Cancellation);
        }
    }

    // It goes into a command line.
    static string CheckHost(string host) => Uri.CheckHostName(host) != UriHostNameType.Unknown ? host : throw None($"the job's address \"{host}\" is none");

    static CommandException None(string message) => new(ErrorCode.NoJobShell, message);
}
