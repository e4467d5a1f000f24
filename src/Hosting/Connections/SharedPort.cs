using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using ImageSdk.Hosting.Logs;
using ImageSdk.Hosting.Options;
using ImageSdk.Srpc;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;

namespace ImageSdk.Hosting.Connections;

/// <summary>
/// The one port of a server. A connection that begins with CONNECT, or with TLS, is an SRPC client's and is served on its
/// socket, without the web server's buffers in between; all others go to the web server, and so do those that ask for a page
/// inside TLS.
/// </summary>
public sealed class SharedPort : IConnectionListenerFactory, IConnectionListener
{
    const byte TlsHandshake = 0x16;
    const int Backlog = 512;

    static readonly TimeSpan patience = TimeSpan.FromSeconds(5);

    readonly SrpcServer srpc;
    readonly DaemonOptions options;
    readonly ServerLog log;
    readonly Socket listener;
    readonly SocketConnectionContextFactory contexts;
    readonly Channel<ConnectionContext> requests = Channel.CreateUnbounded<ConnectionContext>(new() { SingleReader = true });
    readonly CancellationTokenSource stopping = new();
    readonly ConcurrentDictionary<Task, bool> connections = [];
    Task accepting = Task.CompletedTask;

    /// <exception cref="IOException">The port is taken, or the address is none of this machine's.</exception>
    public SharedPort(SrpcServer srpc, DaemonOptions options, ServerLog log, ILoggerFactory loggers)
    {
        this.srpc = srpc;
        this.options = options;
        this.log = log;
        contexts = new(new SocketConnectionFactoryOptions(), loggers.CreateLogger<SocketConnectionContextFactory>());
        listener = Listen(options);
        EndPoint = listener.LocalEndPoint!;
    }

    public EndPoint EndPoint { get; }

    /// <summary>The port that was asked for, or chosen.</summary>
    public int Port => ((IPEndPoint)EndPoint).Port;

    // The web server asks for its own end point; there is but this one.
    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellation = default)
    {
        accepting = AcceptAllAsync();
        return new(this);
    }

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellation = default)
    {
        try
        {
            return await requests.Reader.ReadAsync(cancellation);
        }
        catch (Exception end) when (end is ChannelClosedException or OperationCanceledException)
        {
            return null;
        }
    }

    public async ValueTask UnbindAsync(CancellationToken cancellation = default)
    {
        listener.Dispose();
        await accepting;
        requests.Writer.TryComplete();
    }

    /// <summary>Ends all SRPC connections and waits until the last is gone, or for a while.</summary>
    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        listener.Dispose();
        try
        {
            await Task.WhenAll(connections.Keys).WaitAsync(patience);
        }
        catch (TimeoutException)
        {
            log.Write($"{connections.Count} calls do not end: stopping without them");
        }
        contexts.Dispose();
    }

    /// <summary>Has the web server answer what a caller with a certificate asks inside TLS; returns when the connection ends.</summary>
    public async Task ServePagesAsync(Stream stream, SrpcPeer peer, CancellationToken cancellation)
    {
        await using var connection = new StreamConnection(stream, EndPoint, peer, cancellation);
        if (requests.Writer.TryWrite(connection))
            await connection.Ended;
    }

    static Socket Listen(DaemonOptions options)
    {
        var address = options.ListenAddress.Length > 0 ? IPAddress.Parse(options.ListenAddress)
            : Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any;
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (address.Equals(IPAddress.IPv6Any))
                socket.DualMode = true;
            socket.Bind(new IPEndPoint(address, options.Port));
            socket.Listen(Backlog);
            return socket;
        }
        catch (SocketException problem)
        {
            socket.Dispose();
            throw new IOException($"{address} port {options.Port}: {problem.Message}", problem);
        }
    }

    async Task AcceptAllAsync()
    {
        while (true)
        {
            try
            {
                Track(ServeAsync(await listener.AcceptAsync(stopping.Token)));
            }
            catch (Exception end) when (end is OperationCanceledException or ObjectDisposedException or
                SocketException { SocketErrorCode: SocketError.OperationAborted or SocketError.InvalidArgument })
            {
                return;
            }
            catch (SocketException problem)
            {
                // Too many open files, for instance: others will be closed.
                log.Write($"accept: {problem.Message}");
                await Task.Delay(TimeSpan.FromMilliseconds(100));
            }
        }
    }

    void Track(Task connection)
    {
        if (connection.IsCompleted)
            return;
        connections.TryAdd(connection, true);
        _ = connection.ContinueWith(done => connections.TryRemove(done, out _), TaskScheduler.Default);
    }

    async Task ServeAsync(Socket socket)
    {
        try
        {
            socket.NoDelay = true;
            KeepAlive(socket);
            var first = new byte[1];
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(stopping.Token);
            limit.CancelAfter(options.HandshakeTimeout);
            if (await socket.ReceiveAsync(first, SocketFlags.Peek, limit.Token) == 0)
                socket.Dispose();
            else if (first[0] is (byte)'C' or TlsHandshake)
                await srpc.AcceptAsync(new NetworkStream(socket, ownsSocket: true), new SrpcPeer(socket.RemoteEndPoint), stopping.Token);
            else if (!requests.Writer.TryWrite(contexts.Create(socket)))
                socket.Dispose();
        }
        catch (Exception end) when (end is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            socket.Dispose();
        }
    }

    void KeepAlive(Socket socket)
    {
        var seconds = (int)Math.Clamp(options.KeepAlivePeriod.TotalSeconds, 1, int.MaxValue);
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, seconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, seconds);
    }
}
