using System.CommandLine;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Errors;
using ImageSdk.Cli.Options;

namespace ImageSdk.Cli.Commands;

/// <summary>imagesdk change-image-expiration.</summary>
sealed class ChangeExpirationCommand : ImageCommand
{
    readonly Argument<string> name = new("NAME") { Description = "The full name of an image that expires" };
    readonly ExpiryOption expiry = new();
    readonly MasterOption master = new();

    public ChangeExpirationCommand() : base("change-image-expiration", "Let an image expire later, or never")
    {
        Add(name);
        expiry.AddTo(this);
        Add(master);
    }

    protected override async Task<int> ExecuteAsync(ParseResult arguments, CommandContext context)
    {
        await master.Choose(arguments, context).ChangeExpirationAsync(
            arguments.GetRequiredValue(name), expiry.Read(arguments), context.Cancellation);
        return ExitCode.Success;
    }
}
