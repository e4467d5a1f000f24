using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ImageSdk.Hosting.Logs;
using ImageSdk.Hosting.Options;
using ImageSdk.Images;
using ImageSdk.Srpc;

namespace ImageSdk.Hosting.Security;

/// <summary>
/// The server's certificate and the authorities it trusts, read from files and read again when half of the certificate's
/// remaining life is over or a file has changed. What cannot be read then leaves the old ones in force.
/// </summary>
public sealed class ServerCertificates : IDisposable
{
    static readonly TimeSpan lookInterval = TimeSpan.FromSeconds(30);
    static readonly TimeSpan generatedLife = TimeSpan.FromDays(30 * 365.25);

    readonly DaemonOptions options;
    readonly ServerLog log;
    readonly TimeProvider time;
    readonly ITimer timer;
    string fingerprint;

    /// <exception cref="SrpcException">The files are missing or malformed.</exception>
    public ServerCertificates(DaemonOptions options, ServerLog log, TimeProvider time)
    {
        this.options = options;
        this.log = log;
        this.time = time;
        fingerprint = Fingerprint();
        Current = Load();
        LogExpiry();
        timer = time.CreateTimer(_ => Refresh(), null, lookInterval, lookInterval);
    }

    /// <summary>What is in force; null where the server has no TLS, at which everybody may do everything.</summary>
    public SrpcServerTls? Current { get; private set; }

    /// <summary>When the certificate in force expires; null where the server has none.</summary>
    public DateTimeOffset? ExpiresAt => Current?.Certificate.TargetCertificate.NotAfter;

    /// <summary>The server's certificate as that of a client, for its master.</summary>
    public ClientCertificates ForClient => Current is { } tls
        ? ClientCertificates.Of(tls.Certificate.TargetCertificate, [.. tls.Certificate.IntermediateCertificates])
        : ClientCertificates.None;

    public void Dispose() => timer.Dispose();

    SrpcServerTls? Load()
    {
        if (!Exists(options.AuthoritiesFile))
        {
            if (options.PageAccess != PageAccess.Open)
                throw new SrpcException($"missing CA: {options.AuthoritiesFile}: without authorities no one has a certificate that -pageAccess asks for");
            return options.PermitInsecureMode
                ? null
                : throw new SrpcException($"missing CA: {options.AuthoritiesFile}: give -CAfile, or -permitInsecureMode to serve everybody");
        }
        try
        {
            return new(
                LoadCertificate(), CertificateAuthorities.Load(options.AuthoritiesFile),
                Exists(options.IdentityAuthoritiesFile) ? CertificateAuthorities.Load(options.IdentityAuthoritiesFile) : null);
        }
        catch (Exception problem) when (problem is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new SrpcException($"certificates: {problem.Message}", problem);
        }
    }

    SslStreamCertificateContext LoadCertificate()
    {
        if (Exists(options.CertificateFile) && Exists(options.KeyFile))
            return PemPair.Load(options.CertificateFile, options.KeyFile);
        if (!options.GenerateMissingCertificate)
        {
            throw new SrpcException(
                $"missing certificate: {options.CertificateFile} with {options.KeyFile}: give -certFile and -keyFile, or -generateMissingWebcert");
        }
        log.Write("There is no certificate: making one for this run");
        return Generate();
    }

    SslStreamCertificateContext Generate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=any-server", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("any-server");
        request.CertificateExtensions.Add(names.Build());
        var now = time.GetUtcNow();
        return SslStreamCertificateContext.Create(request.CreateSelfSigned(now.AddHours(-1), now + generatedLife), null, offline: true);
    }

    void Refresh()
    {
        try
        {
            var now = Fingerprint();
            if (now == fingerprint)
                return;
            fingerprint = now;
            var fresh = Load();
            // A server does not lose its TLS by a file's removal.
            if (fresh is null || fresh.Certificate.TargetCertificate.NotAfter <= time.GetLocalNow())
                throw new SrpcException("the new certificate has expired, or the authorities are gone");
            Current = fresh;
            log.Write("Certificates were read again");
            LogExpiry();
        }
        catch (Exception problem) when (problem is SrpcException or IOException or UnauthorizedAccessException)
        {
            log.Write($"Certificates could not be read again, the old ones stay: {problem.Message}");
        }
    }

    void LogExpiry()
    {
        if (Current?.Certificate.TargetCertificate is not { } certificate)
            return;
        var left = certificate.NotAfter.ToUniversalTime() - time.GetUtcNow().UtcDateTime;
        log.Write(left > TimeSpan.Zero
            ? $"Certificate expires at: {certificate.NotAfter.ToUniversalTime():yyyy-MM-dd HH:mm:ss} UTC ({HumanDuration.Format(left)})"
            : $"Certificate expired at: {certificate.NotAfter.ToUniversalTime():yyyy-MM-dd HH:mm:ss} UTC");
    }

    // Of the files' times and sizes: renewing tools replace them.
    string Fingerprint() => string.Join(
        '|', new[] { options.AuthoritiesFile, options.IdentityAuthoritiesFile, options.CertificateFile, options.KeyFile }
            .Select(path => Exists(path) ? $"{File.GetLastWriteTimeUtc(path).Ticks}:{new FileInfo(path).Length}" : "-"));

    static bool Exists(string path) => path.Length > 0 && new FileInfo(path) is { Exists: true, Length: > 0 };
}
