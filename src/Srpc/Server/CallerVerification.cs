using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace ImageSdk.Srpc;

/// <summary>
/// The TLS handshake of a server with one caller. The certificate is verified while the handshake is under way, so that a
/// caller who is refused gets the alert that says why.
/// </summary>
sealed class CallerVerification
{
    const string NoCertificate = "no certificate";
    const string OpenSslNoCertificate = "peer did not return a certificate";

    // Bytes that a refused caller may have sent ahead.
    const int MaxUnread = 1 << 16;

    static readonly TimeSpan patience = TimeSpan.FromSeconds(1);

    readonly SrpcServerTls tls;
    readonly Stream transport;
    readonly SrpcStream records;
    X509Certificate2? verified;
    SrpcIdentity? identity;
    CertificateFault? fault;

    /// <param name="transport">Where the handshake begins with the next byte.</param>
    public CallerVerification(SrpcServerTls tls, Stream transport)
    {
        this.tls = tls;
        this.transport = transport;
        records = new SrpcStream(transport);
        Stream = new SslStream(records);
    }

    /// <summary>TLS, ready for the handshake. The caller of this has to dispose of it.</summary>
    public SslStream Stream { get; }

    /// <summary>What the caller sent along with its certificate.</summary>
    public X509Certificate2Collection Intermediates { get; private set; } = [];

    /// <summary>Runs the handshake.</summary>
    /// <returns>Who the caller is.</returns>
    /// <exception cref="CertificateRefusedException">The certificate is refused.</exception>
    /// <exception cref="AuthenticationException">The handshake failed otherwise.</exception>
    public async Task<SrpcIdentity> RunAsync(CancellationToken cancellation)
    {
        using var alerts = new HandshakeAlerts(Stream, Verify);
        records.BeforeRead = alerts.Prepare;
        try
        {
            await Stream.AuthenticateAsServerAsync(tls.AuthenticationOptions((leaf, others) => Verify(leaf, others) is null), cancellation);
            return identity ?? throw new CertificateRefusedException(NoCertificate);
        }
        catch (AuthenticationException problem) when (fault is not null || IsWithoutCertificate(problem))
        {
            await SayGoodbyeAsync(cancellation);
            throw new CertificateRefusedException(fault is null ? NoCertificate : $"the certificate of \"{CertificateFaults.Subject(verified!)}\" {fault.Text}", problem);
        }
        finally
        {
            records.BeforeRead = null;
        }
    }

    // A connection that is closed while the caller's first call is still unread is reset, which can overtake the alert.
    async Task SayGoodbyeAsync(CancellationToken cancellation)
    {
        try
        {
            await records.FlushAsync(cancellation);
            if (SocketFile.FindSocket(transport) is not { } socket)
                return;
            socket.Shutdown(SocketShutdown.Send);
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            limit.CancelAfter(patience);
            var dropped = 0;
            while (dropped < MaxUnread && await records.WaitAsync(limit.Token))
                dropped += Drop();
        }
        catch (Exception problem) when (problem is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The caller has gone.
        }
    }

    int Drop()
    {
        var count = records.Buffered.Length;
        records.Skip(count);
        return count;
    }

    static bool IsWithoutCertificate(Exception problem) =>
        problem.Message.Contains(OpenSslNoCertificate, StringComparison.Ordinal) || (problem.InnerException is { } inner && IsWithoutCertificate(inner));

    // Asked for by the handshake, and once more by the platform at its end; which is the first time where an earlier session goes on.
    CertificateFault? Verify(X509Certificate2 certificate, X509Certificate2Collection others)
    {
        if (verified?.RawDataMemory.Span.SequenceEqual(certificate.RawDataMemory.Span) == true)
            return fault;
        Intermediates = [.. others.Select(other => X509CertificateLoader.LoadCertificate(other.RawDataMemory.Span))];
        verified = X509CertificateLoader.LoadCertificate(certificate.RawDataMemory.Span);
        identity = tls.Identify(verified, Intermediates, out fault);
        return fault;
    }
}
