using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ImageSdk.ImageBuilder.Tests;

/// <summary>An HTTP server whose answers tests change as they go.</summary>
sealed class FileServer : IAsyncDisposable
{
    readonly TcpListener listener = new(IPAddress.Loopback, 0);
    readonly CancellationTokenSource ended = new();
    readonly Task serving;

    public FileServer()
    {
        listener.Start();
        serving = ServeAsync();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>Contents by their paths.</summary>
    public ConcurrentDictionary<string, byte[]> Files { get; } = new();

    /// <summary>A directory, whose files are served below "/".</summary>
    public string? Directory { get; set; }

    /// <summary>Paths that send a redirect, and where to.</summary>
    public ConcurrentDictionary<string, string> Redirects { get; } = new();

    /// <summary>Paths whose contents come only in half until they are let go on.</summary>
    public ConcurrentDictionary<string, TaskCompletionSource> Stalled { get; } = new();

    public ConcurrentQueue<string> Requests { get; } = [];

    public string Url(string path) => $"http://127.0.0.1:{Port}{path}";

    public void Put(string path, string text) => Files[path] = Encoding.UTF8.GetBytes(text);

    async Task ServeAsync()
    {
        while (!ended.IsCancellationRequested)
            try
            {
                _ = AnswerAsync(await listener.AcceptTcpClientAsync(ended.Token));
            }
            catch (Exception problem) when (problem is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }
    }

    async Task AnswerAsync(TcpClient client)
    {
        using var _ = client;
        try
        {
            var stream = client.GetStream();
            using var reader = new StreamReader(stream, Encoding.ASCII);
            if (await reader.ReadLineAsync(ended.Token) is not { } first)
                return;
            while (await reader.ReadLineAsync(ended.Token) is { Length: > 0 })
            {
            }
            var path = Uri.UnescapeDataString(first.Split(' ')[1]);
            Requests.Enqueue(path);
            if (Redirects.TryGetValue(path, out var to))
            {
                await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"), ended.Token);
                return;
            }
            var content = Files.GetValueOrDefault(path) ?? (Directory is not null && File.Exists(Directory + path) ? await File.ReadAllBytesAsync(Directory + path, ended.Token) : null);
            if (content is null)
            {
                await stream.WriteAsync("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray(), ended.Token);
                return;
            }
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {content.Length}\r\nConnection: close\r\n\r\n"), ended.Token);
            if (first.StartsWith("HEAD", StringComparison.Ordinal))
                return;
            await stream.WriteAsync(content.AsMemory(0, content.Length / 2), ended.Token);
            if (Stalled.TryGetValue(path, out var gate))
                await gate.Task.WaitAsync(ended.Token);
            await stream.WriteAsync(content.AsMemory(content.Length / 2), ended.Token);
        }
        catch (Exception problem) when (problem is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The client or the test is gone.
        }
    }

    public async ValueTask DisposeAsync()
    {
        await ended.CancelAsync();
        listener.Stop();
        await serving;
        ended.Dispose();
    }
}
