using System.CommandLine;
using ImageSdk.Cli.Hosting;
using ImageSdk.Cli.Options;

namespace ImageSdk.Cli.Commands.Ims;

/// <summary>imagesdk ims: the commands on an image management service, ours or the original.</summary>
sealed class ImsCommand : Command
{
    readonly ImsServiceOption service = new();

    public ImsCommand(CommandHost host, GlobalOptions options) : base("ims", "Images, recipes, jobs, keys and build nodes of an image management service")
    {
        service.AddTo(this);
        Add(Group(ImsKind.Images, host, options, new CreateImageCommand(service)));
        Add(Group(ImsKind.Recipes, host, options, new CreateRecipeCommand(service)));
        Add(Group(ImsKind.Jobs, host, options, new CreateJobCommand(service), new JobLogCommand(service)));
        Add(Group(ImsKind.Keys, host, options, new CreateKeyCommand(service)));
        Add(Group(ImsKind.Nodes, host, options, new CreateNodeCommand(service)));
        var shell = new JobShellCommand(service);
        shell.Connect(host, options);
        Add(shell);
    }

    Command Group(ImsKind kind, CommandHost host, GlobalOptions options, params IReadOnlyList<ImageCommand> own)
    {
        var group = new Command(kind.Name, $"{char.ToUpperInvariant(kind.Name[0])}{kind.Name[1..]} of the service");
        List<ImageCommand> commands = [new ListRecordsCommand(kind, service), new ShowRecordCommand(kind, service), .. own, new DeleteRecordCommand(kind, service)];
        if (kind.IsKept)
            commands.Add(new UndeleteRecordCommand(kind, service));
        foreach (var command in commands)
        {
            command.Connect(host, options);
            group.Add(command);
        }
        return group;
    }
}
