using System.Net;
using System.Net.Sockets;

namespace ImageSdk.OpenStack.Tests.Servers;

/// <summary>Passes connections on to a server, and does to what is sent there what networks do.</summary>
sealed class Relay : IDisposable
{
    readonly TcpListener listener = new(IPAddress.Loopback, 0);
    readonly int target;
    readonly CancellationTokenSource ending = new();
    long passed;
    int cuts;

    public Relay(Uri target)
    {
        this.target = target.Port;
        listener.Start();
        _ = AcceptAsync();
    }

    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");

    /// <summary>Connections that end once more than so many bytes have passed towards the server in all.</summary>
    public long CutAfter { get; set; } = long.MaxValue;

    /// <summary>How many of them.</summary>
    public int Cuts { get; set; }

    /// <summary>Changes a byte at this place of what passes in all.</summary>
    public long? FlipAt { get; set; }

    /// <summary>Called as bytes pass, with those of all connections.</summary>
    public Action<long>? Passed { get; set; }

    /// <summary>Whether answers after the cut get lost, while the server gets everything.</summary>
    public bool LosesAnswers { get; set; }

    async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await listener.AcceptTcpClientAsync(ending.Token);
                _ = ServeAsync(client);
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    async Task ServeAsync(TcpClient client)
    {
        using var _ = client;
        using var server = new TcpClient();
        try
        {
            await server.ConnectAsync(IPAddress.Loopback, target, ending.Token);
            await Task.WhenAny(ForwardAsync(client, server), BackAsync(client, server));
        }
        catch (Exception exception) when (exception is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
        }
    }

    async Task ForwardAsync(TcpClient client, TcpClient server)
    {
        var buffer = new byte[16 << 10];
        var (from, to) = (client.GetStream(), server.GetStream());
        for (int read; (read = await from.ReadAsync(buffer, ending.Token)) > 0;)
        {
            var before = passed;
            passed += read;
            if (FlipAt is { } at && at >= before && at < passed)
                buffer[at - before] ^= 0x20;
            if (passed > CutAfter && cuts < Cuts && !LosesAnswers)
            {
                cuts++;
                passed = 0;
                return;
            }
            await to.WriteAsync(buffer.AsMemory(0, read), ending.Token);
            Passed?.Invoke(passed);
        }
    }

    async Task BackAsync(TcpClient client, TcpClient server)
    {
        var buffer = new byte[16 << 10];
        var (from, to) = (server.GetStream(), client.GetStream());
        for (int read; (read = await from.ReadAsync(buffer, ending.Token)) > 0;)
        {
            if (LosesAnswers && passed > CutAfter && cuts < Cuts)
            {
                cuts++;
                return;
            }
            await to.WriteAsync(buffer.AsMemory(0, read), ending.Token);
        }
    }

    public void Dispose()
    {
        ending.Cancel();
        listener.Stop();
        ending.Dispose();
    }
}
