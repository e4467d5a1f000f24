using System.CommandLine;
using ImageSdk.Cli.Adding;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Finding;
using ImageSdk.Cli.Options;
using ImageSdk.Images;

namespace ImageSdk.Cli.Commands;

/// <summary>imagesdk addi: an image of another's tree, with a filter and triggers of its own. Nothing else of the other is kept.</summary>
sealed class AddImageCommand : NewImageCommand
{
    readonly FilterOption deleteFilter = new("--delete-filter", "What to leave out, in place of what the old image's filter matches");

    public AddImageCommand() : base("addi", "Add an image of another image's tree with another filter and other triggers", ImageArgument("OLD")) =>
        deleteFilter.AddTo(this);

    protected override async Task AddAsync(string newName, string source, ImageDraft draft, ImageAdder adder, ParseResult arguments, CommandContext context)
    {
        var found = await context.FindAsync(source);
        var computed = draft.Complete(found.Tree, await draft.FindMtimesAsync(context), isChecked: false);
        var tree = computed.FileSystem!.Without(deleteFilter.Read(arguments) ?? found.Image.Filter).Without(computed.Filter);
        var image = computed with { FileSystem = tree };
        ImageAdder.Check(image, draft.Required);
        await adder.AddAsync(newName, image);
    }
}
