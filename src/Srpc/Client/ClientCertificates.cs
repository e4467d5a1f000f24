using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ImageSdk.Srpc;

/// <summary>The certificates of a client with their keys, the one to offer first in front.</summary>
public sealed class ClientCertificates
{
    readonly SslStreamCertificateContext[] contexts;

    ClientCertificates(IEnumerable<SslStreamCertificateContext> contexts) => this.contexts =
        [.. contexts.OrderByDescending(context => Methods(context).Contains("*.*"))
            .ThenByDescending(context => Methods(context).Count)
            .ThenByDescending(context => context.TargetCertificate.NotAfter)];

    public static ClientCertificates None { get; } = new([]);

    /// <summary>Where users keep theirs: <c>~/.ssl</c>.</summary>
    public static string DefaultDirectory { get; } =
        Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".ssl");

    public bool IsEmpty => contexts.Length == 0;

    /// <summary>The certificates in the order in which they are offered.</summary>
    public IReadOnlyList<X509Certificate2> List => [.. contexts.Select(context => context.TargetCertificate)];

    /// <param name="certificate">With its private key.</param>
    public static ClientCertificates Of(X509Certificate2 certificate, X509Certificate2Collection? intermediates = null) =>
        new([SslStreamCertificateContext.Create(certificate, intermediates, offline: true)]);

    /// <summary>
    /// Loads all pairs of PEM files of a directory, <c>NAME.cert</c> with <c>NAME.key</c> and <c>cert.pem</c> with
    /// <c>key.pem</c>: first those that permit everything, then those that permit most, then those valid longest. A
    /// directory that does not exist has none.
    /// </summary>
    /// <exception cref="SrpcException">A pair is incomplete, cannot be used or is not valid at the time.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static ClientCertificates Load(string directory, DateTimeOffset now)
    {
        if (!Directory.Exists(directory))
            return None;
        var contexts = new List<SslStreamCertificateContext>();
        foreach (var keyFile in Directory.EnumerateFiles(directory).Order(StringComparer.Ordinal))
        {
            if (CertificateFile(keyFile) is { } certificateFile)
                contexts.Add(LoadPair(certificateFile, keyFile, now));
        }
        return new(contexts);
    }

    /// <summary>Why no certificate can be used at a time; null where one can.</summary>
    internal string? WhyUnusable(DateTimeOffset now)
    {
        var reasons = contexts.Select(context => WhyInvalid(context.TargetCertificate, now)).ToArray();
        return reasons.Length == 0 || reasons.Contains(null) ? null : $"no valid certificates: {reasons[0]}";
    }

    /// <summary>Options that offer one of these to a server, whose own is checked.</summary>
    internal SslClientAuthenticationOptions Offer(ServerCheck check)
    {
        var options = new SslClientAuthenticationOptions
        {
            // The original sends no name either.
            TargetHost = "",
            EnabledSslProtocols = TlsPolicy.Versions,
            CertificateChainPolicy = TlsPolicy.NoLookUps(),
            RemoteCertificateValidationCallback = check.Validate,
        };
        if (contexts.Length == 1)
            options.ClientCertificateContext = contexts[0];
        else if (contexts.Length > 1)
            options.LocalCertificateSelectionCallback = (_, _, _, _, issuers) => Select(issuers);
        return options;
    }

    // The first that comes from an issuer whom the server named, as far as it named some.
    X509Certificate2 Select(string[] issuers) =>
        (contexts.FirstOrDefault(context => issuers.Contains(context.TargetCertificate.Issuer)) ?? contexts[0]).TargetCertificate;

    static string? CertificateFile(string keyFile) =>
        Path.GetFileName(keyFile) == "key.pem"
            ? Path.Combine(Path.GetDirectoryName(keyFile)!, "cert.pem") is var pem && File.Exists(pem) ? pem : null
            : keyFile.EndsWith(".key", StringComparison.Ordinal) ? Path.ChangeExtension(keyFile, ".cert") : null;

    static SslStreamCertificateContext LoadPair(string certificateFile, string keyFile, DateTimeOffset now)
    {
        SslStreamCertificateContext context;
        try
        {
            context = PemPair.Load(certificateFile, keyFile);
        }
        catch (Exception problem) when (problem is CryptographicException or FileNotFoundException)
        {
            throw new SrpcException($"unable to load keypair: {problem.Message}", problem);
        }
        return WhyInvalid(context.TargetCertificate, now) is { } reason
            ? throw new SrpcException($"{Path.GetFileName(certificateFile)} {reason}")
            : context;
    }

    static string? WhyInvalid(X509Certificate2 certificate, DateTimeOffset now)
    {
        var time = now.LocalDateTime;
        return time < certificate.NotBefore ? $"will not be valid for {certificate.NotBefore - time:d'd'hh'h'mm'm'ss's'}"
            : time > certificate.NotAfter ? $"expired {time - certificate.NotAfter:d'd'hh'h'mm'm'ss's'} ago"
            : null;
    }

    static IReadOnlyList<string> Methods(SslStreamCertificateContext context)
    {
        try
        {
            return CertificateIdentity.Of(context.TargetCertificate).Methods;
        }
        catch (SrpcException)
        {
            // Its order does not matter, as a server will refuse it.
            return [];
        }
    }
}
