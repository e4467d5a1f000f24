using System.CommandLine;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Errors;
using ImageSdk.Ims.Http;

namespace ImageSdk.Cli.Commands.Ims;

/// <summary>Which image management service commands ask.</summary>
sealed class ImsServiceOption
{
    /// <summary>As the original's clients have it.</summary>
    const string Variable = "IMS_URL";

    readonly Option<string?> service = new("--service")
    {
        Description = $"The image management service: http://HOST:9000, or https://HOST/apis/ims behind a gateway [default: {Variable}]", HelpName = "URL", Recursive = true,
    };

    public void AddTo(Command command) => command.Add(service);

    /// <exception cref="CommandException">None is named.</exception>
    public ImsClient Open(ParseResult arguments, CommandContext context)
    {
        var address = arguments.GetValue(service) ?? context.Host.GetVariable(Variable);
        var client = new ImsClient(
            ServiceAddress.Parse(string.IsNullOrWhiteSpace(address) ? throw new CommandException(ErrorCode.NoImageService, $"no image management service is named: use --service URL or set {Variable}") : address),
            context.Host.GetVariable(ImsClient.TokenVariable));
        context.KeepUntilEnd(client);
        return client;
    }
}
