using System.CommandLine;
using ImageSdk.Cli.Hosting;
using ImageSdk.Cli.Options;

namespace ImageSdk.Cli.Commands.Certs;

/// <summary>imagesdk certs: the commands on certificates.</summary>
sealed class CertsCommand : Command
{
    public CertsCommand(CommandHost host, GlobalOptions options) : base("certs", "Make and show the certificates of image servers and their users")
    {
        foreach (var command in (ImageCommand[])[new CertsInitCommand(), new CertsServerCommand(), new CertsUserCommand(), new CertsShowCommand()])
        {
            command.Connect(host, options);
            Add(command);
        }
    }
}
