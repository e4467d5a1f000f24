using System.CommandLine;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Errors;
using ImageSdk.Cli.Options;
using ImageSdk.Cli.Output;
using ImageSdk.Images;
using ImageSdk.Images.Json;
using ImageSdk.Images.Text;

namespace ImageSdk.Cli.Commands.Fleet;

/// <summary>imagesdk show-computed-file-subs: machines whose required image has a computed file.</summary>
sealed class ShowComputedFileSubsCommand : ImageCommand
{
    readonly Argument<string> file = new("FILE") { Description = "The computed file's path in the image" };
    readonly Argument<string> source = new("SOURCE") { Description = "Its file generator, HOST:PORT as the image has it" };
    readonly MdbOption mdb = new();

    public ShowComputedFileSubsCommand() : base("show-computed-file-subs", "Show the machines whose required image has a computed file")
    {
        Add(file);
        Add(source);
        Add(mdb);
    }

    protected override async Task<int> ExecuteAsync(ParseResult arguments, CommandContext context)
    {
        var wanted = new ComputedFile(arguments.GetRequiredValue(file), arguments.GetRequiredValue(source));
        var rows = new List<string[]>();
        foreach (var group in (await mdb.GetMachinesAsync(arguments, context)).Where(machine => machine.RequiredImage.Length > 0).GroupBy(machine => machine.RequiredImage))
        {
            var files = await context.Server.AskAsync(images => images.GetComputedFilesAsync(group.Key, context.Cancellation), context.Cancellation);
            if (files?.Contains(wanted) is true)
                rows.AddRange(group.Select(machine => (string[])[machine.Hostname, machine.RequiredImage]));
        }
        rows.Sort((left, right) => VersionOrder.Instance.Compare(left[0], right[0]));
        if (context.IsJson)
        {
            context.Host.WriteJson(json => json.WriteList(rows, row => json.WriteMembers(() =>
            {
                json.WriteString("machine", row[0]);
                json.WriteString("image", row[1]);
            })));
        }
        else
            TextColumns.Write(context.Host.Text, rows);
        return ExitCode.Success;
    }
}
