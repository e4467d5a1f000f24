using System.Security.Cryptography;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Projects;
using ImageSdk.Dominator;
using ImageSdk.Dominator.Transfer;
using ImageSdk.Srpc;

namespace ImageSdk.Layers.Shared;

/// <summary>The way to an image server. What goes wrong on it is an error of the build.</summary>
sealed class ServerLink : IAsyncDisposable
{
    const int DefaultPort = 6971;

    static readonly string[] schemes = ["http://", "https://", "srpc://"];

    readonly string? projectFile;
    readonly IBuildListener listener;
    readonly int port;

    /// <param name="listener">Learns of a server whose certificate is not verified.</param>
    /// <exception cref="BuildException">The address is none, or the certificates cannot be used.</exception>
    /// <param name="port">Where the address has none.</param>
    public ServerLink(ImageServerSettings settings, string? projectFile, IBuildListener listener, int port = DefaultPort)
    {
        this.port = port;
        this.projectFile = projectFile;
        this.listener = listener;
        Options = new() { Connections = settings.Connections };
        var address = Parse(settings.Address);
        Address = address.ToString();
        Connections = new(new SrpcDialer(ClientOptions(settings)), address);
    }

    /// <summary>host:port.</summary>
    public string Address { get; }

    public ServerConnections Connections { get; }

    public TransferOptions Options { get; }

    /// <summary>Asks something that may be asked again over another connection.</summary>
    /// <exception cref="BuildException">The server refuses, or cannot be reached.</exception>
    public Task<T> AskAsync<T>(Func<ImageServerClient, Task<T>> ask, CancellationToken cancellation) =>
        GuardAsync(() => Connections.AskAsync(connection => ask(new ImageServerClient(connection)), cancellation));

    /// <summary>Does something with the server.</summary>
    /// <exception cref="BuildException">The server refuses, or cannot be reached.</exception>
    public async Task<T> GuardAsync<T>(Func<Task<T>> act)
    {
        try
        {
            return await act();
        }
        catch (SrpcException problem)
        {
            throw Explain(problem);
        }
    }

    public ValueTask DisposeAsync() => Connections.DisposeAsync();

    public BuildException Explain(SrpcException problem) => problem switch
    {
        { IsAccessDenied: true } => Error("IMG7006",
            $"The image server {Address} does not let you do this ({problem.Message}). Ask its owner for a certificate that permits it, and put it into the certificate directory (ImageServerCertificates).", problem),
        { IsFromServer: true } => Error("IMG7007", $"The image server {Address} refuses: {problem.Message}.", problem),
        _ => Error("IMG7005",
            $"The image server {Address} cannot be reached, or was lost: {problem.Message}. Check ImageServer, the network and the certificates; what was sent is not sent again when you try again.", problem),
    };

    BuildException Error(string code, string message, Exception? inner = null) => new(code, message, projectFile, inner: inner);

    SrpcAddress Parse(string text)
    {
        var address = text.Trim();
        foreach (var scheme in schemes)
        {
            if (address.StartsWith(scheme, StringComparison.OrdinalIgnoreCase))
                address = address[scheme.Length..];
        }
        address = address.TrimEnd('/');
        var hasPort = address.LastIndexOf(':') > address.LastIndexOf(']');
        try
        {
            return SrpcAddress.Parse(hasPort ? address : $"{address}:{port}");
        }
        catch (FormatException)
        {
            throw Error("IMG7009", $"\"{text}\" is no address of an image server. Write host or host:port into ImageServer, or http://host:port into ImageServerUrl.");
        }
    }

    SrpcClientOptions ClientOptions(ImageServerSettings settings)
    {
        try
        {
            return new()
            {
                Certificates = LoadCertificates(settings),
                ServerVerification = Verification(settings),
                OnUnverifiedServer = address => UnverifiedServer.Warn(listener, address.ToString(), projectFile),
                AllowClearTextFallback = !settings.RequireTls,
            };
        }
        catch (FormatException problem)
        {
            throw Error("IMG7008", $"ImageServerFingerprint: {problem.Message}. Write what \"openssl x509 -noout -fingerprint -sha256\" prints of the server's certificate.", problem);
        }
        catch (Exception problem) when (problem is SrpcException or IOException or UnauthorizedAccessException)
        {
            throw Error("IMG7008", $"The certificates for the image server cannot be used: {problem.Message}. Renew or remove the one that is named, or set ImageServerCertificates to another directory.", problem);
        }
    }

    static ClientCertificates LoadCertificates(ImageServerSettings settings)
    {
        if (settings.CertificateFile.Length == 0)
            return ClientCertificates.Load(settings.CertificateDirectory.Length > 0 ? settings.CertificateDirectory : ClientCertificates.DefaultDirectory, DateTimeOffset.UtcNow);
        try
        {
            var pair = PemPair.Load(settings.CertificateFile, settings.KeyFile);
            return ClientCertificates.Of(pair.TargetCertificate, [.. pair.IntermediateCertificates]);
        }
        catch (CryptographicException problem)
        {
            throw new SrpcException(problem.Message, problem);
        }
    }

    static ServerVerification Verification(ImageServerSettings settings) =>
        settings.Fingerprint.Length > 0 ? ServerVerification.ByFingerprint(settings.Fingerprint)
        : settings.AuthoritiesFile.Length > 0 ? ServerVerification.ByAuthorities(CertificateAuthorities.Load(settings.AuthoritiesFile))
        : ServerVerification.None;
}
