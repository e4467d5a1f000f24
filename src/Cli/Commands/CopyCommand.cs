using System.CommandLine;
using ImageSdk.Cli.Adding;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Errors;
using ImageSdk.Cli.Finding;
using ImageSdk.Cli.Options;

namespace ImageSdk.Cli.Commands;

/// <summary>imagesdk copy: an image under another name, with all its metadata but its expiry.</summary>
sealed class CopyCommand : ImageCommand
{
    readonly Argument<string> name = new("NAME") { Description = "The new image's name" };
    readonly Argument<string> old = ImageArgument("OLD");
    readonly ExpiryOption expiry = new();

    public CopyCommand() : base("copy", "Copy an image to another name")
    {
        Add(name);
        Add(old);
        expiry.AddTo(this);
    }

    protected override async Task<int> ExecuteAsync(ParseResult arguments, CommandContext context)
    {
        var newName = arguments.GetRequiredValue(name);
        var expiresAt = expiry.Read(arguments);
        var adder = new ImageAdder(context);
        await adder.RequireNewAsync(newName);
        var found = await context.FindAsync(arguments.GetRequiredValue(old));
        _ = found.Tree;
        await adder.AddAsync(newName, found.Image with { ExpiresAt = expiresAt });
        return ExitCode.Success;
    }
}
