using System.CommandLine;
using System.Security.Cryptography;
using ImageSdk.Cli.Errors;
using ImageSdk.Cli.Hosting;
using ImageSdk.Contracts.Projects;
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

    readonly HashSet<string> warned = [];

    readonly Option<bool> requireTls = new("--require-tls") { Description = "Never talk to the server in clear text", Recursive = true };

    readonly Option<string?> authorities = new("--server-ca")
    {
        Description = "The authorities (PEM) that the server's certificate must come from", HelpName = "FILE", Recursive = true,
    };

    readonly Option<string?> fingerprint = new("--server-fingerprint")
    {
        Description = "The SHA-256 of the server's certificate", HelpName = "SHA256", Recursive = true,
    };

    public void AddTo(Command command)
    {
        command.Add(authorities);
        command.Add(fingerprint);
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
        return string.IsNullOrEmpty(name) ? null : Open(name, arguments, host);
    }

    /// <inheritdoc cref="Open(ParseResult, CommandHost, bool)"/>
    public ServerRepository Open(string name, ParseResult arguments, CommandHost host) =>
        new(MakeDialer(arguments, host), ParseAddress("--server", name, DefaultPort));

    /// <summary>The server and how to connect to it, for the build engine; null where none is named.</summary>
    public ImageServerSettings? ReadSettings(ParseResult arguments, CommandHost host, bool useVariable)
    {
        var name = arguments.GetValue(server) ?? (useVariable ? host.GetVariable(Variable) : null);
        return string.IsNullOrEmpty(name) ? null : new(ParseAddress("--server", name, DefaultPort).ToString(), arguments.GetValue(certificates) ?? "")
        {
            AuthoritiesFile = arguments.GetValue(authorities) ?? "",
            Fingerprint = arguments.GetValue(fingerprint) ?? "",
            RequireTls = arguments.GetValue(requireTls),
        };
    }

    /// <summary>Connects to any daemon of the site, with the certificates that are named.</summary>
    /// <exception cref="CommandException">The certificates are no good.</exception>
    public SrpcDialer MakeDialer(ParseResult arguments, CommandHost host)
    {
        var isRequired = arguments.GetValue(requireTls);
        var loaded = Load(arguments.GetValue(certificates));
        if (isRequired && loaded.IsEmpty)
            throw new CommandException(ErrorCode.BadCertificates, "TLS needs a certificate and there is none: name their directory with --certs");
        var options = new SrpcClientOptions
        {
            Certificates = loaded,
            AllowClearTextFallback = !isRequired,
            ServerVerification = Verification(arguments),
            OnUnverifiedServer = address => WarnOnce(host, address),
        };
        return new SrpcDialer(options);
    }

    ServerVerification Verification(ParseResult arguments)
    {
        try
        {
            return arguments.GetValue(fingerprint) is { } sha256 ? ServerVerification.ByFingerprint(sha256)
                : arguments.GetValue(authorities) is { } file ? ServerVerification.ByAuthorities(CertificateAuthorities.Load(file))
                : ServerVerification.None;
        }
        catch (FormatException exception)
        {
            throw new CommandException(ErrorCode.Usage, $"--server-fingerprint: {exception.Message}", exception);
        }
        catch (Exception exception) when (exception is SrpcException or IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ErrorCode.BadCertificates, $"--server-ca: {exception.Message}: name a readable file of PEM certificates", exception);
        }
    }

    void WarnOnce(CommandHost host, SrpcAddress address)
    {
        lock (warned)
        {
            if (warned.Add(address.ToString()))
                host.Warn(ErrorCode.ServerNotVerified, $"the certificate of {address} is not verified: name its authorities with --server-ca FILE or its SHA-256 with --server-fingerprint");
        }
    }

    /// <exception cref="CommandException">It is no address.</exception>
    public static SrpcAddress ParseAddress(string option, string name, int defaultPort)
    {
        try
        {
            var hasPort = name.StartsWith('[') ? !name.EndsWith(']') : name.Contains(':');
            return SrpcAddress.Parse(hasPort ? name : $"{name}:{defaultPort}");
        }
        catch (FormatException exception)
        {
            throw new CommandException(ErrorCode.Usage, $"{option}: {exception.Message}", exception);
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
