using System.CommandLine;
using ImageSdk.Cli.Adding;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Errors;
using ImageSdk.Cli.Subs;
using ImageSdk.Dominator.Transfer;
using ImageSdk.Images;

namespace ImageSdk.Cli.Commands;

/// <summary>imagesdk adds: an image of a machine that runs subd.</summary>
sealed class AddSubCommand() : NewImageCommand(
    "adds", "Add an image of a machine that runs subd",
    new("SUB") { Description = "HOST[:PORT] of the machine's subd, which listens on port 6969 if nothing else is said" })
{
    protected override async Task AddAsync(string newName, string source, ImageDraft draft, ImageAdder adder, ParseResult arguments, CommandContext context)
    {
        var mtimes = await draft.FindMtimesAsync(context);
        var polled = await Sub.PollAsync("SUB", source, context);
        var image = draft.Complete(polled.Tree.Without(AddOptions.ReadScanFilter(arguments)), mtimes);
        var files = new SubFiles(polled, context.Cancellation);
        await adder.AddAsync(newName, image, files, receiver => OfferMissingAsync(image.FileSystem!, files, receiver, context));
    }

    static async Task OfferMissingAsync(FileSystem tree, SubFiles files, IObjectReceiver receiver, CommandContext context)
    {
        WantedObject[] needed = [.. tree.InodeTable.Values.OfType<RegularInode>().Where(file => file.Size > 0)
            .Select(file => new WantedObject(file.Hash, file.Size)).DistinctBy(file => file.Hash)];
        var missing = await context.Repository.FindMissingAsync(needed, context.Cancellation);
        var faults = await files.OfferAsync(missing.Select(wanted => wanted.Hash), receiver);
        if (faults.Count == 0)
            return;
        foreach (var fault in faults)
            context.Host.Error.WriteLine(fault);
        throw new CommandException(
            ErrorCode.SubFilesChanged, "one or more files on the sub changed: leave out with FILTER what changes while the machine runs, or run it again after the sub's next scan");
    }
}
