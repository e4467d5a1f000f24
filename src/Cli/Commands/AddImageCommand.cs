using System.CommandLine;
using ImageSdk.Cli.Adding;
using ImageSdk.Cli.Options;
using ImageSdk.Images;

namespace ImageSdk.Cli.Commands;

/// <summary>imagesdk addi: an image of another's tree, with a filter and triggers of its own. Nothing else of the other is kept.</summary>
sealed class AddImageCommand : ImageCommand
{
    readonly Argument<string> name = new("NAME") { Description = "The new image's name" };
    readonly Argument<string> old = ImageArgument("OLD");
    readonly AddOptions options = new();
    readonly FilterOption deleteFilter = new("--delete-filter", "What to leave out, in place of what the old image's filter matches");

    public AddImageCommand() : base("addi", "Add an image of another image's tree with another filter and other triggers")
    {
        Add(name);
        Add(old);
        options.AddTo(this);
        deleteFilter.AddTo(this);
    }

    protected override bool NeedsCleaning => true;

    protected override async Task<int> ExecuteAsync(ParseResult arguments, CommandContext context)
    {
        var newName = arguments.GetRequiredValue(name);
        var adder = new ImageAdder(context);
        var draft = options.Read(arguments, adder);
        await adder.RequireNewAsync(newName);
        var found = await context.FindAsync(arguments.GetRequiredValue(old));
        var computed = draft.Complete(found.Tree, await draft.FindMtimesAsync(context), isChecked: false);
        var tree = computed.FileSystem!.Without(deleteFilter.Read(arguments) ?? found.Image.Filter).Without(computed.Filter);
        var image = computed with { FileSystem = tree };
        ImageAdder.Check(image, draft.Required);
        await adder.AddAsync(newName, image);
        return ExitCode.Success;
    }
}
