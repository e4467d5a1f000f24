using System.Net;
using System.Net.Sockets;

namespace ImageSdk.ImageServer.Tests;

/// <summary>Stands before a port of this machine and counts the bytes that pass, in both directions.</summary>
sealed class CountingProxy : IDisposable
{
    readonly TcpListener listener = new(IPAddress.Loopback, 0);
    readonly CancellationTokenSource stopped = new();
    readonly int target;
    long bytes;

    public CountingProxy(int target)
    {
        this.target = target;
        listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    public long Bytes => Interlocked.Read(ref bytes);

    public void Dispose()
    {
        stopped.Cancel();
        listener.Dispose();
        stopped.Dispose();
    }

    async Task AcceptAsync()
    {
        while (true)
            _ = ServeAsync(await listener.AcceptTcpClientAsync(stopped.Token));
    }

    async Task ServeAsync(TcpClient client)
    {
        using var here = client;
        using var there = new TcpClient();
        await there.ConnectAsync(IPAddress.Loopback, target, stopped.Token);
        await Task.WhenAny(CopyAsync(here.GetStream(), there.GetStream()), CopyAsync(there.GetStream(), here.GetStream()));
    }

    async Task CopyAsync(Stream from, Stream to)
    {
        var block = new byte[1 << 16];
        for (int count; (count = await from.ReadAsync(block, stopped.Token)) > 0;)
        {
            Interlocked.Add(ref bytes, count);
            await to.WriteAsync(block.AsMemory(0, count), stopped.Token);
        }
    }
}
