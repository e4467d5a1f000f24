using System.Net;
using System.Net.Sockets;

namespace ImageSdk.Srpc.Tests;

/// <summary>A server on a port of this machine.</summary>
sealed class LoopbackServer : IAsyncDisposable
{
    readonly TcpListener listener = new(IPAddress.Loopback, 0);
    readonly CancellationTokenSource stopping = new();
    readonly Task accepting;

    public LoopbackServer(SrpcServer server)
    {
        listener.Start();
        accepting = AcceptAsync(server);
    }

    public SrpcAddress Address => new("127.0.0.1", ((IPEndPoint)listener.LocalEndpoint).Port);

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        listener.Stop();
        await accepting;
    }

    async Task AcceptAsync(SrpcServer server)
    {
        var serving = new List<Task>();
        try
        {
            while (true)
            {
                var socket = await listener.AcceptSocketAsync(stopping.Token);
                serving.Add(server.AcceptAsync(new NetworkStream(socket, ownsSocket: true), new SrpcPeer(socket.RemoteEndPoint), stopping.Token));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(serving);
        }
    }
}
