using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using ImageSdk.Dominator;
using ImageSdk.ImageServer.Objects;
using ImageSdk.Srpc;

namespace ImageSdk.ImageServer.Tests;

/// <summary>An object service that listens, with a store of its own.</summary>
sealed class ObjectServer : IDisposable
{
    readonly ObjectService service;
    readonly TcpListener listener = new(IPAddress.Loopback, 0);

    public ObjectServer(TimeProvider? time = null, IObjectForwarder? forwarder = null, ObjectServiceOptions? options = null, string? directory = null, ObjectLimits? limits = null)
    {
        Temporary = new TemporaryStore(isDurable: true, directory);
        Catalogue = Temporary.Open(time, limits);
        service = new ObjectService(Catalogue, options ?? new(), forwarder);
        Server = new SrpcServer(new() { OnFailure = (_, problem) => Failures.Enqueue(problem) }, [service.Srpc]);
        listener.Start();
        _ = ListenAsync();
    }

    public TemporaryStore Temporary { get; }

    public ObjectCatalogue Catalogue { get; }

    public SrpcServer Server { get; }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    public ConcurrentQueue<Exception> Failures { get; } = [];

    public Task<SrpcConnection> ConnectAsync() => new SrpcDialer(SrpcClientOptions.Default).ConnectAsync(new("127.0.0.1", Port));

    public async Task WithClientAsync(Func<ObjectServerClient, Task> action)
    {
        await using var connection = await ConnectAsync();
        await action(new(connection));
    }

    public void Dispose()
    {
        listener.Dispose();
        service.Dispose();
        Temporary.Dispose();
    }

    async Task ListenAsync()
    {
        try
        {
            while (true)
            {
                var socket = await listener.AcceptSocketAsync();
                socket.NoDelay = true;
                _ = Server.AcceptAsync(new NetworkStream(socket, ownsSocket: true), new SrpcPeer());
            }
        }
        catch (Exception problem) when (problem is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }
}
