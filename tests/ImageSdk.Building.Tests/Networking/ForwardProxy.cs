using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ImageSdk.Building.Tests.Networking;

/// <summary>
/// A forward proxy on the loopback interface that answers requests for hosts which exist nowhere with files of a folder: what comes
/// from them came through it.
/// </summary>
sealed class ForwardProxy : IDisposable
{
    readonly TcpListener listener;
    readonly string folder;
    readonly string? credentials;

    /// <param name="credentials">User and password that it asks for; null for none.</param>
    /// <param name="address">Where it listens; null for 127.0.0.1.</param>
    public ForwardProxy(string folder, string? credentials = null, IPAddress? address = null)
    {
        (this.folder, this.credentials) = (folder, credentials);
        listener = new(address ?? IPAddress.Loopback, 0);
        listener.Start();
        _ = AcceptAsync();
    }

    public string Authority => listener.LocalEndpoint.ToString()!;

    /// <summary>Addresses that were asked for.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>Requests that came without the right credentials.</summary>
    public ConcurrentQueue<string> Refused { get; } = new();

    async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await listener.AcceptTcpClientAsync();
                _ = ServeAsync(client);
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // It was stopped.
        }
    }

    async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                await using var stream = client.GetStream();
                using var reader = new StreamReader(stream, Encoding.Latin1, leaveOpen: true);
                while (await reader.ReadLineAsync() is { Length: > 0 } request)
                {
                    var headers = new List<string>();
                    while (await reader.ReadLineAsync() is { Length: > 0 } header)
                        headers.Add(header);
                    await AnswerAsync(stream, request.Split(' ')[1], headers);
                }
            }
            catch (IOException)
            {
                // The client is gone.
            }
        }
    }

    async Task AnswerAsync(NetworkStream stream, string address, List<string> headers)
    {
        var authorization = $"Proxy-Authorization: Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes(credentials ?? ""))}";
        if (credentials is not null && !headers.Contains(authorization, StringComparer.OrdinalIgnoreCase))
        {
            Refused.Enqueue(address);
            await WriteAsync(stream, "407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"test\"", []);
            return;
        }
        Requests.Enqueue(address);
        var file = Uri.TryCreate(address, UriKind.Absolute, out var uri) ? Path.Combine(folder, uri.AbsolutePath.TrimStart('/')) : "";
        if (File.Exists(file))
            await WriteAsync(stream, "200 OK", await File.ReadAllBytesAsync(file));
        else
            await WriteAsync(stream, "404 Not Found", []);
    }

    static async Task WriteAsync(NetworkStream stream, string status, byte[] content)
    {
        await stream.WriteAsync(Encoding.Latin1.GetBytes($"HTTP/1.1 {status}\r\nContent-Length: {content.Length}\r\n\r\n"));
        await stream.WriteAsync(content);
    }

    public void Dispose() => listener.Stop();
}
