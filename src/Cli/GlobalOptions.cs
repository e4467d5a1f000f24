using System.CommandLine;
using ImageSdk.Cli.Stores;

namespace ImageSdk.Cli;

/// <summary>The options that every command has.</summary>
sealed class GlobalOptions
{
    readonly Option<string?> store = new("--store")
    {
        Description = "The image store: a directory that holds images/ and objects/ [default: $XDG_DATA_HOME/imagesdk or ~/.local/share/imagesdk]",
        HelpName = "DIR",
        Recursive = true,
    };

    readonly Option<string?> imageDirectory = new("--image-dir")
    {
        Description = "The directory of images instead of the store's, for instance an image server's",
        HelpName = "DIR",
        Recursive = true,
    };

    readonly Option<string?> objectDirectory = new("--object-dir")
    {
        Description = "The directory of objects instead of the store's, for instance an image server's",
        HelpName = "DIR",
        Recursive = true,
    };

    readonly Option<bool> json = new("--json") { Description = "Write JSON", Recursive = true };

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[store, imageDirectory, objectDirectory, json])
            command.Add(option);
    }

    public bool IsJson(ParseResult arguments) => arguments.GetValue(json);

    public StoreLocation ReadLocation(ParseResult arguments, CommandHost host) => StoreLocation.Resolve(
        arguments.GetValue(store), arguments.GetValue(imageDirectory), arguments.GetValue(objectDirectory), host.GetVariable);
}
