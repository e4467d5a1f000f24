using System.CommandLine;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Errors;
using ImageSdk.Cli.Options;
using ImageSdk.Cli.Output;
using ImageSdk.Images;

namespace ImageSdk.Cli.Commands.Fleet;

/// <summary>imagesdk list-mdb: the images that machines have or will have to have.</summary>
sealed class ListMdbCommand : ImageCommand
{
    readonly MdbOption mdb = new();

    public ListMdbCommand() : base("list-mdb", "List the images that the machine database requires or plans") => Add(mdb);

    protected override async Task<int> ExecuteAsync(ParseResult arguments, CommandContext context)
    {
        NameList.Write(context, (await mdb.ListImagesAsync(arguments, context)).Order(VersionOrder.Instance));
        return ExitCode.Success;
    }
}
