using System.CommandLine;
using System.Security.Cryptography;
using ImageSdk.Srpc;

namespace ImageSdk.Cli.Repositories;

/// <summary>The options that name an image server.</summary>
sealed class ServerOptions
{
    public const string Variable = "IMAGESDK_SERVER";
    public const int DefaultPort = 6971;

    readonly Option<string?> server = new("--server")
    {
        Description = $"The image server instead of a store on this machine [default: ${Variable}]", HelpName = "HOST[:PORT]", Recursive = true,
    };

    readonly Option<string?> certificates = new("--certs")
    {
        Description = "The directory of client certificates [default: ~/.ssl]", HelpName = "DIR", Recursive = true,
    };

    readonly Option<bool> requireTls = new("--require-tls") { Description = "Never talk to the server in clear text", Recursive = true };

    public void AddTo(Command command)
    {
        command.Add(server);
        command.Add(certificates);
        command.Add(requireTls);
    }

    /// <summary>The server that is named; null where none is. One that is named by an option counts before the variable.</summary>
    /// <param name="useVariable">False where a store on this machine was named.</param>
    /// <exception cref="CommandException">The name or the certificates are no good.</exception>
    public ServerRepository? Open(ParseResult arguments, CommandHost host, bool useVariable)
    {
        var name = arguments.GetValue(server) ?? (useVariable ? host.GetVariable(Variable) : null);
        return string.IsNullOrEmpty(name) ? null : Open(name, arguments);
    }

    /// <inheritdoc cref="Open(ParseResult, CommandHost, bool)"/>
    public ServerRepository Open(string name, ParseResult arguments)
    {
        var isRequired = arguments.GetValue(requireTls);
        var loaded = Load(arguments.GetValue(certificates));
        if (isRequired && loaded.IsEmpty)
            throw new CommandException(ErrorCode.BadCertificates, "TLS needs a certificate and there is none: name their directory with --certs");
        var options = new SrpcClientOptions { Certificates = loaded, AllowClearTextFallback = !isRequired };
        return new ServerRepository(new SrpcDialer(options), Parse(name));
    }

    static SrpcAddress Parse(string name)
    {
        try
        {
            var hasPort = name.StartsWith('[') ? !name.EndsWith(']') : name.Contains(':');
            return SrpcAddress.Parse(hasPort ? name : $"{name}:{DefaultPort}");
        }
        catch (FormatException exception)
        {
            throw new CommandException(ErrorCode.Usage, $"--server: {exception.Message}", exception);
        }
    }

    static ClientCertificates Load(string? directory)
    {
        try
        {
            if (directory is not null && !Directory.Exists(directory))
                throw new CommandException(ErrorCode.BadCertificates, $"there is no directory of certificates {directory}: name another with --certs");
            return ClientCertificates.Load(directory ?? ClientCertificates.DefaultDirectory, DateTimeOffset.UtcNow);
        }
        catch (Exception exception) when (exception is SrpcException or CryptographicException)
        {
            throw new CommandException(
                ErrorCode.BadCertificates, $"{directory ?? ClientCertificates.DefaultDirectory}: {exception.Message}: renew or remove that certificate", exception);
        }
    }
}
