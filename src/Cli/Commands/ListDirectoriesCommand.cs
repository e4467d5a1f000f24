using System.CommandLine;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Errors;
using ImageSdk.Cli.Output;
using ImageSdk.Images.Json;
using ImageSdk.Images.Text;

namespace ImageSdk.Cli.Commands;

/// <summary>imagesdk listdirs: the directories of images, and who owns them.</summary>
sealed class ListDirectoriesCommand() : ImageCommand("listdirs", "List the directories of images")
{
    protected override async Task<int> ExecuteAsync(ParseResult arguments, CommandContext context)
    {
        var directories = await context.Repository.ListDirectoriesAsync(context.Cancellation);
        if (context.IsJson)
        {
            context.Host.WriteJson(json => json.WriteList(directories, directory => json.WriteMembers(() =>
            {
                json.WriteString("name", directory.Name);
                json.WriteText("ownerGroup", directory.Metadata.OwnerGroup);
            })));
            return ExitCode.Success;
        }
        TextColumns.WriteTable(context.Host.Text, [.. directories.Select(directory => (string[])
            [directory.Name, directory.Metadata.OwnerGroup is { Length: > 0 } owner ? $"OwnerGroup={owner}" : ""])]);
        return ExitCode.Success;
    }
}
