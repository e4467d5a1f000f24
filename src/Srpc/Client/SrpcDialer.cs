using System.Net.Sockets;
using System.Security.Authentication;

namespace ImageSdk.Srpc;

/// <summary>Makes connections to servers.</summary>
/// <param name="options">How.</param>
public sealed class SrpcDialer(SrpcClientOptions options)
{
    /// <summary>Opens a connection to a host, ready for the first byte.</summary>
    internal Func<SrpcAddress, CancellationToken, ValueTask<Stream>> OpenTransport { get; init; } =
        (address, cancellation) => OpenTcpAsync(address, options.KeepAlivePeriod, cancellation);

    /// <summary>
    /// Connects to the first end point that the server has: with a certificate those with TLS, then, unless that is
    /// forbidden, those in clear text; without one only the latter. Where the server is to be verified there is only TLS. A
    /// server that speaks TLS from the first byte is asked again in that way. With TLS 1.3 a rejected certificate shows at the
    /// first call only.
    /// </summary>
    /// <exception cref="SrpcException">There is no connection.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled; not where the time-out of the options strikes.</exception>
    public async Task<SrpcConnection> ConnectAsync(SrpcAddress address, CancellationToken cancellation = default)
    {
        if (options.Certificates.WhyUnusable(TimeProvider.System.GetUtcNow()) is { } reason)
            throw new SrpcException(reason);
        try
        {
            return await TryAsync(address, EndPoints(withClearText: true), isTlsFirst: false, cancellation);
        }
        catch (SrpcException problem) when (UsesTls && problem.Message.Contains("malformed HTTP response", StringComparison.Ordinal))
        {
            return await TryAsync(address, EndPoints(withClearText: false), isTlsFirst: true, cancellation);
        }
    }

    bool VerifiesServer => options.ServerVerification != ServerVerification.None;

    bool UsesTls => !options.Certificates.IsEmpty || VerifiesServer;

    // In clear text nothing is verified: whoever is on the way could say that the server has no TLS.
    bool MayUseClearText => !VerifiesServer && (options.Certificates.IsEmpty || options.AllowClearTextFallback);

    IEnumerable<SrpcEndpoint> EndPoints(bool withClearText) => SrpcEndpoint.All
        .Where(point => options.Coding is not { } coding || point.Coding == coding)
        .Where(point => point.IsTls ? UsesTls : withClearText && MayUseClearText);

    async Task<SrpcConnection> TryAsync(SrpcAddress address, IEnumerable<SrpcEndpoint> points, bool isTlsFirst, CancellationToken cancellation)
    {
        foreach (var point in points)
        {
            if (await TryAsync(address, point, isTlsFirst, cancellation) is not { } connection)
                continue;
            if (point.IsTls && !VerifiesServer)
                options.OnUnverifiedServer?.Invoke(address);
            return connection;
        }
        throw new SrpcException(VerifiesServer ? "no SRPC endpoint with TLS, without which the server cannot be verified" : "no SRPC endpoint");
    }

    async Task<SrpcConnection?> TryAsync(SrpcAddress address, SrpcEndpoint point, bool isTlsFirst, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        if (options.ConnectTimeout is { } timeout)
            limit.CancelAfter(timeout);
        Stream? transport = null;
        try
        {
            transport = await OpenTransport(address, limit.Token);
            return await OpenAsync(transport, point, isTlsFirst, limit.Token);
        }
        catch (OperationCanceledException problem) when (!cancellation.IsCancellationRequested)
        {
            throw new SrpcException($"no connection within {options.ConnectTimeout}", problem);
        }
        catch (Exception problem) when (Failures.IsOfConnection(problem))
        {
            throw Failures.Translate(problem);
        }
    }

    /// <summary>Makes a connection of a stream. Takes the stream over, also when it fails.</summary>
    /// <returns>Null where the server does not have that end point.</returns>
    /// <exception cref="SrpcException">The server refuses or does not speak the protocol.</exception>
    internal async Task<SrpcConnection?> OpenAsync(Stream transport, SrpcEndpoint point, bool isTlsFirst, CancellationToken cancellation)
    {
        var stream = transport;
        var isOpen = false;
        try
        {
            if (isTlsFirst)
                stream = await StartTlsAsync(stream, cancellation);
            if (!await ConnectHandshake.RunAsync(stream, point, options.WithoutMethodPowers, cancellation))
                return null;
            if (point.IsTls && !isTlsFirst)
                stream = await StartTlsAsync(stream, cancellation);
            var connection = new SrpcConnection(stream, transport, point, options);
            if (options.UpgradeLocalConnections && LocalUpgradeClient.IsLocal(transport) &&
                await LocalUpgradeClient.TryAsync(connection, cancellation) is { } local)
            {
                await connection.DisposeAsync();
                connection = new SrpcConnection(local, local, point, options) { IsLocal = true };
            }
            isOpen = true;
            return connection;
        }
        finally
        {
            if (!isOpen)
            {
                await stream.DisposeAsync();
                await transport.DisposeAsync();
            }
        }
    }

    async ValueTask<Stream> StartTlsAsync(Stream transport, CancellationToken cancellation)
    {
        var tls = SrpcStream.Secure(transport);
        var check = new ServerCheck(options.ServerVerification);
        try
        {
            await tls.AuthenticateAsClientAsync(options.Certificates.Offer(check), cancellation);
        }
        catch (AuthenticationException problem) when (check.Refusal is { } refusal)
        {
            throw new SrpcException(refusal, problem);
        }
        return tls;
    }

    static async ValueTask<Stream> OpenTcpAsync(SrpcAddress address, TimeSpan keepAlivePeriod, CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, (int)keepAlivePeriod.TotalSeconds);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, (int)keepAlivePeriod.TotalSeconds);
            await socket.ConnectAsync(address.Host, address.Port, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
