using System.CommandLine;
using ImageSdk.Building.Scanning;
using ImageSdk.Cli.Adding;
using ImageSdk.Cli.Options;
using ImageSdk.Images;

namespace ImageSdk.Cli.Commands;

/// <summary>imagesdk add: an image of a directory tree or a tar file.</summary>
sealed class AddCommand : ImageCommand
{
    readonly Argument<string> name = new("NAME") { Description = "The new image's name" };
    readonly Argument<string> file = new("FILE") { Description = "A directory, or a tar file (.tar, .tar.gz, .tgz, .tar.zst, .tar.xz)" };
    readonly AddOptions options = new();

    public AddCommand() : base("add", "Add an image of a directory tree or a tar file")
    {
        Add(name);
        Add(file);
        options.AddTo(this);
    }

    protected override bool NeedsCleaning => true;

    protected override async Task<int> ExecuteAsync(ParseResult arguments, CommandContext context)
    {
        var newName = arguments.GetRequiredValue(name);
        var adder = new ImageAdder(context);
        var draft = options.Read(arguments, adder);
        await adder.RequireNewAsync(newName);
        var mtimes = await draft.FindMtimesAsync(context);
        using var source = Open(arguments.GetRequiredValue(file), options.ReadScanFilter(arguments));
        await adder.AddAsync(newName, source, tree => draft.Complete(tree, mtimes));
        return ExitCode.Success;
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
