using System.CommandLine;
using ImageSdk.Cli.Errors;
using ImageSdk.Cli.Hosting;
using ImageSdk.Cli.Repositories;
using ImageSdk.Cli.Stores;
using ImageSdk.Contracts.Projects;
using ImageSdk.Srpc;

namespace ImageSdk.Cli.Options;

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

    readonly ServerOptions server = new();

    readonly Option<bool> json = new("--json") { Description = "Write JSON", Recursive = true };

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[store, imageDirectory, objectDirectory, json])
            command.Add(option);
        server.AddTo(command);
    }

    public bool IsJson(ParseResult arguments) => arguments.GetValue(json);

    /// <summary>Where images come from: the server that is named, else the store.</summary>
    public IImageRepository OpenRepository(ParseResult arguments, CommandHost host)
    {
        var hasStore = ((Option<string?>[])[store, imageDirectory]).Any(option => arguments.GetValue(option) is not null);
        if (server.Open(arguments, host, useVariable: !hasStore) is not { } opened)
            return new StoreRepository(ReadLocation(arguments, host));
        return hasStore ? throw new CommandException(ErrorCode.Usage, "Images come from a server or from a store: leave --server or --store away.") : opened;
    }

    /// <summary>Another server than the one that is named, with the same certificates.</summary>
    public ServerRepository OpenServer(string name, ParseResult arguments, CommandHost host) => server.Open(name, arguments, host);

    /// <summary>Connects to any daemon of the site.</summary>
    public SrpcDialer MakeDialer(ParseResult arguments, CommandHost host) => server.MakeDialer(arguments, host);

    /// <summary>The image server as the build engine wants to know it; null where images come from a store.</summary>
    public ImageServerSettings? ReadServer(ParseResult arguments, CommandHost host) =>
        server.ReadSettings(arguments, host, useVariable: !((Option<string?>[])[store, imageDirectory]).Any(option => arguments.GetValue(option) is not null));

    public StoreLocation ReadLocation(ParseResult arguments, CommandHost host) => StoreLocation.Resolve(
        arguments.GetValue(store), arguments.GetValue(imageDirectory), arguments.GetValue(objectDirectory), host.GetVariable);
}
