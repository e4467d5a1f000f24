using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ImageSdk.ImageServer.Tests.Web.Proxies;

/// <summary>Stands between a proxy and the server, and keeps what each connection carries in both directions.</summary>
sealed class RecordingPort : IDisposable
{
    readonly TcpListener listener = new(IPAddress.Loopback, 0);
    readonly CancellationTokenSource stopped = new();
    readonly ConcurrentQueue<Conversation> conversations = [];
    readonly int target;

    public RecordingPort(int target)
    {
        this.target = target;
        listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    public IReadOnlyCollection<Conversation> Conversations => conversations;

    public void Dispose()
    {
        stopped.Cancel();
        listener.Dispose();
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
        var conversation = new Conversation();
        conversations.Enqueue(conversation);
        await Task.WhenAll(
            CopyAsync(here, there, conversation.AddRequest), CopyAsync(there, here, conversation.AddAnswer));
    }

    async Task CopyAsync(TcpClient from, TcpClient to, Action<ReadOnlySpan<byte>> keep)
    {
        var block = new byte[1 << 16];
        try
        {
            for (int count; (count = await from.GetStream().ReadAsync(block, stopped.Token)) > 0;)
            {
                keep(block.AsSpan(0, count));
                await to.GetStream().WriteAsync(block.AsMemory(0, count), stopped.Token);
            }
            to.Client.Shutdown(SocketShutdown.Send);
        }
        catch (Exception end) when (end is IOException or SocketException or ObjectDisposedException)
        {
            // One side has gone: so does the other.
            from.Close();
            to.Close();
        }
    }

    /// <summary>What passed over one connection.</summary>
    internal sealed class Conversation
    {
        readonly StringBuilder requests = new();
        readonly StringBuilder answers = new();

        public string Requests => Read(requests);

        public string Answers => Read(answers);

        public void AddRequest(ReadOnlySpan<byte> bytes) => Add(requests, bytes);

        public void AddAnswer(ReadOnlySpan<byte> bytes) => Add(answers, bytes);

        void Add(StringBuilder text, ReadOnlySpan<byte> bytes)
        {
            lock (requests)
                text.Append(Encoding.Latin1.GetString(bytes));
        }

        string Read(StringBuilder text)
        {
            lock (requests)
                return text.ToString();
        }
    }
}
