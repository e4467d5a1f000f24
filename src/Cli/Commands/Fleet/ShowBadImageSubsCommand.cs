using System.CommandLine;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Errors;
using ImageSdk.Cli.Options;
using ImageSdk.Cli.Output;
using ImageSdk.Images;
using ImageSdk.Images.Json;
using ImageSdk.Images.Text;
using ImageSdk.Srpc;

namespace ImageSdk.Cli.Commands.Fleet;

/// <summary>imagesdk show-bad-image-subs: machines whose required image is missing or expires.</summary>
sealed class ShowBadImageSubsCommand : ImageCommand
{
    readonly MdbOption mdb = new();

    public ShowBadImageSubsCommand() : base("show-bad-image-subs", "Show the machines whose required image is missing or expires") => Add(mdb);

    protected override async Task<int> ExecuteAsync(ParseResult arguments, CommandContext context)
    {
        var good = (await context.Server.ListAsync(new("", IgnoreExpiring: true, null, ""), context.Cancellation)).ToHashSet(StringComparer.Ordinal);
        var machines = await mdb.GetMachinesAsync(arguments, context);
        var expiries = new Dictionary<string, Expiry>(StringComparer.Ordinal);
        var found = new List<(string Host, string Image, Expiry Expiry)>();
        foreach (var machine in machines.Where(machine => machine.RequiredImage.Length > 0 && !good.Contains(machine.RequiredImage)))
        {
            if (!expiries.TryGetValue(machine.RequiredImage, out var expiry))
                expiries.Add(machine.RequiredImage, expiry = await FindAsync(machine.RequiredImage, context));
            found.Add((machine.Hostname, machine.RequiredImage, expiry));
        }
        if (context.IsJson)
        {
            context.Host.WriteJson(json => json.WriteList(found, item => json.WriteMembers(() =>
            {
                json.WriteString("machine", item.Host);
                json.WriteString("image", item.Image);
                json.WriteBoolean("missing", item.Expiry.IsMissing);
                json.WriteTime("expiresAt", item.Expiry.At);
            })));
        }
        else
            TextColumns.Write(context.Host.Text, [.. found.Select(item => (string[])[item.Host, item.Image, item.Expiry.Time, item.Expiry.Left])]);
        return ExitCode.Success;
    }

    static async Task<Expiry> FindAsync(string image, CommandContext context)
    {
        try
        {
            return new(false, await context.Server.GetExpirationAsync(image, context.Cancellation));
        }
        catch (SrpcException exception) when (exception.IsFromServer && exception.Message.Contains("image not found", StringComparison.Ordinal))
        {
            return new(true, null);
        }
    }

    readonly record struct Expiry(bool IsMissing, DateTimeOffset? At)
    {
        public string Time => IsMissing ? "MISSING" : At is { } at ? ListingTime.Format(at, TimeZoneInfo.Local) : "";

        public string Left => At is { } at ? HumanDuration.Format(at - DateTimeOffset.UtcNow) : "";
    }
}
