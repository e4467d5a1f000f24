using System.CommandLine;
using System.Globalization;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Errors;
using ImageSdk.Cli.Output;
using ImageSdk.Cli.Repositories;
using ImageSdk.Images;
using ImageSdk.Images.Json;
using ImageSdk.Srpc.Gob;

namespace ImageSdk.Cli.Commands;

/// <summary>imagesdk get-image-expiration.</summary>
sealed class GetExpirationCommand : ImageCommand
{
    readonly Argument<string> name = new("NAME") { Description = "The full name of an image" };

    public GetExpirationCommand() : base("get-image-expiration", "Say when an image expires") => Add(name);

    protected override async Task<int> ExecuteAsync(ParseResult arguments, CommandContext context)
    {
        var image = arguments.GetRequiredValue(name);
        var expiry = await context.Repository.GetExpirationAsync(image, context.Cancellation);
        if (context.IsJson)
            context.Host.WriteJson(json => json.WriteMembers(() => json.WriteTime("expiresAt", expiry)));
        else if (expiry is not { } known)
            context.Host.Text.WriteLine("image does not expire");
        else
            context.Host.Text.WriteLine(Describe(known, await ReadExactlyAsync(image, known, context)));
        return ExitCode.Success;
    }

    static string Describe(DateTimeOffset expiry, GobTime exact)
    {
        var left = expiry - DateTimeOffset.UtcNow;
        var fraction = exact.Nanoseconds == 0 ? "" : $".{exact.Nanoseconds:000000000}".TrimEnd('0');
        var local = expiry.ToOffset(expiry.Offset);
        var zone = expiry.Offset == TimeSpan.Zero ? "+0000 UTC" : local.ToString("zzz", CultureInfo.InvariantCulture).Replace(":", "");
        var text = $"{local.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)}{fraction} {zone}";
        return left > TimeSpan.Zero
            ? $"image expires at {text} (in {HumanDuration.Format(left)})"
            : $"image expired at {text} ({HumanDuration.Format(-left)} ago)";
    }

    // The image's own time, as the answer to the question itself has it less exactly.
    static async Task<GobTime> ReadExactlyAsync(string image, DateTimeOffset known, CommandContext context) =>
        context.Repository is ServerRepository server && await server.AskAsync(images => images.GetImageTimesAsync(image, context.Cancellation), context.Cancellation) is { } times
            ? times.ExpiresAt : GobTime.From(known);
}
