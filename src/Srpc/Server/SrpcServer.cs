using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace ImageSdk.Srpc;

/// <summary>Serves the methods of services over any number of connections.</summary>
public sealed class SrpcServer
{
    readonly SrpcServerOptions options;
    readonly MethodTable methods;

    /// <exception cref="ArgumentException">Two services have the same name.</exception>
    public SrpcServer(SrpcServerOptions options, IEnumerable<SrpcService> services)
    {
        this.options = options;
        methods = new MethodTable(options.OfferLocalUpgrade ? services.Append(LocalUpgradeService.Create()) : services, options);
    }

    public SrpcConnectionCounts ConnectionCounts { get; } = new();

    /// <summary>Of each method; the built-in service has no name.</summary>
    public IEnumerable<(string Service, string Method, SrpcMethodCounts Counts)> MethodCounts => methods.Counts;

    /// <summary>All methods as <c>Service.Method</c>, sorted: what <c>/_goSRPC_/listMethods</c> shows, a line each.</summary>
    public IReadOnlyList<string> Methods => methods.List(_ => true);

    /// <summary>Those that all with a certificate may call: what <c>/_goSRPC_/listPublicMethods</c> shows.</summary>
    public IReadOnlyList<string> PublicMethods => methods.List(method => method.Options.Access.HasFlag(SrpcAccess.Public));

    /// <summary>Who one is to a method, for what is asked by other ways than a call and is for the same people.</summary>
    /// <param name="method">Service.Method.</param>
    /// <param name="peer">The other end, of <see cref="SrpcServerOptions.ServeOther"/>; null for one without a certificate.</param>
    /// <returns>Null where the method is closed to them.</returns>
    public SrpcCaller? FindCaller(string method, SrpcPeer? peer) =>
        methods.FindCaller(method, peer?.Identity ?? (options.Tls() is null ? SrpcIdentity.Unrestricted : SrpcIdentity.Anonymous));

    /// <summary>
    /// Serves a connection from its first byte on: a request for an end point, before or after the start of TLS.
    /// Returns when the connection is done; problems go to <see cref="SrpcServerOptions.OnFailure"/>. Disposes the transport.
    /// </summary>
    public async Task AcceptAsync(Stream transport, SrpcPeer peer, CancellationToken cancellation = default)
    {
        using var lifetime = new ConnectionLifetime(transport, cancellation);
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(lifetime.Token);
            limit.CancelAfter(options.HandshakeTimeout);
            var first = new byte[1];
            if (await transport.ReadAsync(first, limit.Token) == 0)
                return;
            Stream stream = new PrefixedStream(first, transport);
            const byte tlsHandshake = 0x16;
            if (first[0] == tlsHandshake && options.Tls() is { } tls)
                (stream, peer) = await StartTlsAsync(stream, tls, peer, lifetime, limit.Token);
            var (head, length, read) = await RequestHeadReader.ReadAsync(stream, limit.Token);
            if (head is null)
                await RefuseAsync(stream, HttpRefusal.BadRequest, limit.Token);
            else if (peer.Identity is not null && head.Verb != "CONNECT" && options.ServeOther is { } serveOther)
                await serveOther(new PrefixedStream(read, stream), peer, lifetime.Token);
            else
                await ServeAsync(new PrefixedStream(read[length..], stream), head, peer, lifetime);
        }
        catch (Exception problem) when (IsExpected(problem))
        {
            Report(peer, problem, lifetime);
        }
    }

    /// <summary>
    /// Serves a connection whose request the caller has read and found to be for a path of an end point.
    /// Returns when the connection is done; problems go to <see cref="SrpcServerOptions.OnFailure"/>. Disposes the transport.
    /// </summary>
    /// <param name="transport">What follows the request. Bytes that were read ahead have to be there still.</param>
    public async Task ServeAsync(Stream transport, SrpcRequestHead request, SrpcPeer peer, CancellationToken cancellation = default)
    {
        using var lifetime = new ConnectionLifetime(transport, cancellation);
        try
        {
            await ServeAsync(transport, request, peer, lifetime);
        }
        catch (Exception problem) when (IsExpected(problem))
        {
            Report(peer, problem, lifetime);
        }
    }

    async Task ServeAsync(Stream stream, SrpcRequestHead request, SrpcPeer peer, ConnectionLifetime lifetime)
    {
        var endpoint = SrpcEndpoint.Find(request.Path);
        var tls = options.Tls();
        SrpcIdentity? known = null;
        if (Refusal(request, endpoint, tls, peer, ref known) is { } refusal)
        {
            ConnectionCounts.Reject();
            await RefuseAsync(stream, refusal, lifetime.Token);
            return;
        }
        await stream.WriteAsync(ConnectAnswer.Bytes.ToArray(), lifetime.Token);
        await stream.FlushAsync(lifetime.Token);
        if (endpoint!.IsTls && known is null)
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(lifetime.Token);
            limit.CancelAfter(options.HandshakeTimeout);
            try
            {
                (stream, peer) = await StartTlsAsync(stream, tls!, peer, lifetime, limit.Token);
                known = peer.Identity;
            }
            catch
            {
                ConnectionCounts.Reject();
                throw;
            }
        }
        known ??= tls is null ? SrpcIdentity.Unrestricted : SrpcIdentity.Anonymous;
        var withPowers = !(request.TryGetParameter(SrpcEndpoint.WithoutPowers, out var value) && value == "true");
        ConnectionCounts.Begin();
        try
        {
            await new ServerConnection(new SrpcStream(stream), endpoint.Coding, known, withPowers, peer, methods, options, lifetime).RunAsync();
        }
        finally
        {
            ConnectionCounts.End();
        }
    }

    // In the order of the original, as clients act on the status.
    string? Refusal(SrpcRequestHead request, SrpcEndpoint? endpoint, SrpcServerTls? tls, SrpcPeer peer, ref SrpcIdentity? known)
    {
        if (endpoint is null || endpoint.IsTls && tls is null)
            return HttpRefusal.NotFound;
        if (request.Verb != "CONNECT")
            return HttpRefusal.BadRequest;
        if (tls is not null && !endpoint.IsTls && !methods.HaveUnauthenticated)
            return HttpRefusal.MethodNotAllowed;
        if (endpoint.IsTls && peer.IsTls)
        {
            known = peer.Identity ?? (peer.Certificate is { } certificate ? tls!.Identify(certificate, peer.Intermediates, out _) : null);
            if (known is null)
                return HttpRefusal.Unauthorized;
        }
        return request.TryGetParameter("", out _) ? null : HttpRefusal.BadRequest;
    }

    async Task RefuseAsync(Stream stream, string status, CancellationToken cancellation)
    {
        await stream.WriteAsync(HttpRefusal.Bytes(status, options.Time.GetUtcNow()), cancellation);
        await stream.FlushAsync(cancellation);
    }

    static async Task<(Stream, SrpcPeer)> StartTlsAsync(
        Stream transport, SrpcServerTls tls, SrpcPeer peer, ConnectionLifetime lifetime, CancellationToken cancellation)
    {
        var verification = new CallerVerification(tls, transport);
        lifetime.Own(verification.Stream);
        var identity = await verification.RunAsync(cancellation);
        return (verification.Stream, peer with
        {
            IsTls = true,
            Certificate = (X509Certificate2)verification.Stream.RemoteCertificate!,
            Intermediates = verification.Intermediates,
            Identity = identity,
        });
    }

    // What goes wrong because the server ends a connection is no failure of anybody's.
    void Report(SrpcPeer peer, Exception problem, ConnectionLifetime lifetime) => options.OnFailure(
        peer, lifetime.Token.IsCancellationRequested ? new OperationCanceledException("ended by the server", problem, lifetime.Token) : problem);

    // Whatever a handler throws ends its connection and no other.
    static bool IsExpected(Exception problem) => problem is not (OutOfMemoryException or StackOverflowException);
}
