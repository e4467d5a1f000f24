using System.Net;
using System.Net.Sockets;
using ImageSdk.Posix;

namespace ImageSdk.Sandbox.Network;

/// <summary>
/// Passes connections and datagrams from a network namespace on to the same address of the machine. It listens with sockets that were
/// made inside, and connects with others that were made outside.
/// </summary>
sealed class PortForwarder(NetworkNamespace @namespace)
{
    const int LongestDatagram = 65_535;

    static readonly TimeSpan answerPatience = TimeSpan.FromSeconds(10);
    static readonly TimeSpan acceptPause = TimeSpan.FromMilliseconds(50);

    readonly Lock adding = new();
    readonly HashSet<IPEndPoint> known = [];

    /// <summary>Those that it has already stay as they are.</summary>
    public void Add(IEnumerable<IPEndPoint> ports)
    {
        lock (adding)
        {
            var added = ports.Where(known.Add).ToList();
            if (added.Count > 0)
                foreach (var (socket, port) in BackgroundWork.Start(() => Listen(added)).GetAwaiter().GetResult())
                    _ = socket.SocketType == SocketType.Stream ? AcceptAsync(socket, port) : AnswerAsync(socket, port);
        }
    }

    /// <summary>Sockets of the namespace; on a thread of its own.</summary>
    List<(Socket Socket, IPEndPoint Port)> Listen(List<IPEndPoint> ports)
    {
        @namespace.Enter();
        List<(Socket, IPEndPoint)> sockets = [];
        foreach (var port in ports)
        {
            if (UserNetwork.Refused.Any(network => network.Contains(port.Address)))
                NetworkNamespace.AddToLoopback(port.Address);
            if (TryBind(port, SocketType.Stream, ProtocolType.Tcp) is { } stream)
            {
                stream.Listen();
                sockets.Add((stream, port));
            }
            if (TryBind(port, SocketType.Dgram, ProtocolType.Udp) is { } datagram)
                sockets.Add((datagram, port));
        }
        return sockets;
    }

    // An address that the namespace does not have is reached through the machine's network like any other.
    static Socket? TryBind(IPEndPoint port, SocketType type, ProtocolType protocol)
    {
        var socket = new Socket(port.AddressFamily, type, protocol);
        try
        {
            socket.Bind(port);
            return socket;
        }
        catch (SocketException)
        {
            socket.Dispose();
            return null;
        }
    }

    static async Task AcceptAsync(Socket listener, IPEndPoint port)
    {
        while (true)
            try
            {
                _ = PassAsync(await listener.AcceptAsync(), port);
            }
            catch (SocketException)
            {
                // One that gave up while it waited; or there are no descriptors left, and some are closed soon.
                await Task.Delay(acceptPause);
            }
    }

    static async Task PassAsync(Socket inside, IPEndPoint port)
    {
        using (inside)
        using (var outside = new Socket(port.AddressFamily, SocketType.Stream, ProtocolType.Tcp))
            try
            {
                await outside.ConnectAsync(port);
                await Task.WhenAll(CopyAsync(inside, outside), CopyAsync(outside, inside));
            }
            catch (Exception exception) when (exception is SocketException or IOException or ObjectDisposedException)
            {
                // The command sees that its connection ends.
            }
    }

    static async Task CopyAsync(Socket from, Socket to)
    {
        var buffer = new byte[64 << 10];
        int count;
        while ((count = await from.ReceiveAsync(buffer)) > 0)
            for (var sent = 0; sent < count;)
                sent += await to.SendAsync(buffer.AsMemory(sent, count - sent));
        to.Shutdown(SocketShutdown.Send);
    }

    static async Task AnswerAsync(Socket socket, IPEndPoint port)
    {
        var buffer = new byte[LongestDatagram];
        while (true)
            try
            {
                var received = await socket.ReceiveFromAsync(buffer, new IPEndPoint(port.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0));
                _ = AskAsync(socket, received.RemoteEndPoint, buffer.AsSpan(0, received.ReceivedBytes).ToArray(), port);
            }
            catch (SocketException)
            {
                // Of one that has gone away.
            }
    }

    static async Task AskAsync(Socket socket, EndPoint asker, byte[] question, IPEndPoint port)
    {
        using var outside = new Socket(port.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        using var patience = new CancellationTokenSource(answerPatience);
        try
        {
            await outside.ConnectAsync(port);
            await outside.SendAsync(question);
            var answer = new byte[LongestDatagram];
            var count = await outside.ReceiveAsync(answer, patience.Token);
            await socket.SendToAsync(answer.AsMemory(0, count), asker);
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException)
        {
            // As where a datagram is lost.
        }
    }
}
