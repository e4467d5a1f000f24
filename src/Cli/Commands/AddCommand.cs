using ImageSdk.Archives;
using System.CommandLine;
using ImageSdk.Cli.Adding;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Errors;
using ImageSdk.Images;
using ImageSdk.Trees.Scanning;

namespace ImageSdk.Cli.Commands;

/// <summary>imagesdk add: an image of a directory tree or a tar file.</summary>
sealed class AddCommand() : NewImageCommand(
    "add", "Add an image of a directory tree or a tar file",
    new("FILE") { Description = $"A directory, or a tar file ({TarFileName.List})" })
{
    protected override async Task AddAsync(string newName, string source, ImageDraft draft, ImageAdder adder, ParseResult arguments, CommandContext context)
    {
        var mtimes = await draft.FindMtimesAsync(context);
        using var tree = Open(source, AddOptions.ReadScanFilter(arguments));
        await adder.AddAsync(newName, tree, scanned => draft.Complete(scanned, mtimes));
    }

    static TreeSource Open(string path, Filter? filter)
    {
        try
        {
            return TreeSource.Open(path, filter);
        }
        catch (IOException exception)
        {
            throw new CommandException(ErrorCode.ScanFailed, exception.Message, exception);
        }
    }
}
