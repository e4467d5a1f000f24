using System.CommandLine;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Errors;
using ImageSdk.Cli.Options;
using ImageSdk.Cli.Output;

namespace ImageSdk.Cli.Commands.Fleet;

/// <summary>imagesdk list-not-in-mdb: the images that no machine has or will have to have.</summary>
sealed class ListNotInMdbCommand : ImageCommand
{
    readonly MdbOption mdb = new();
    readonly SelectionOptions selection = new();

    public ListNotInMdbCommand() : base("list-not-in-mdb", "List the images that the machine database neither requires nor plans")
    {
        Add(mdb);
        selection.AddTo(this, withCommit: false);
    }

    protected override async Task<int> ExecuteAsync(ParseResult arguments, CommandContext context)
    {
        var names = await context.Repository.ListAsync(selection.Read(arguments), context.Cancellation);
        var used = await mdb.ListImagesAsync(arguments, context);
        NameList.Write(context, names.Where(name => !used.Contains(name)));
        return ExitCode.Success;
    }
}
