using System.CommandLine;
using ImageSdk.Cli.Hosting;
using ImageSdk.Cli.Options;

namespace ImageSdk.Cli.Commands.Building;

/// <summary>imagesdk build: what the original's builder-tool does, under the same names.</summary>
sealed class BuildCommand : Command
{
    readonly ImaginatorOption imaginator = new();

    public BuildCommand(CommandHost host, GlobalOptions options) : base("build", "Build images by an imaginator or here, and control an imaginator")
    {
        Add(imaginator);
        foreach (var command in (ImageCommand[])
        [
            new BuildImageCommand(imaginator), new BuildFromManifestCommand(), new BuildRawFromManifestCommand(), new BuildTreeFromManifestCommand(),
            SwitchBuildsCommand.DisableAutomatic(imaginator), SwitchBuildsCommand.DisableRequests(imaginator), SwitchBuildsCommand.EnableRequests(imaginator),
            new GetDependenciesCommand(imaginator), new GetDigraphCommand(imaginator), new ProcessManifestCommand(), new CancelBuildCommand(imaginator), new ReplaceIdleSlavesCommand(imaginator),
            new StartAutoBuildsCommand(imaginator),
        ])
        {
            command.Connect(host, options);
            Add(command);
        }
    }
}
