using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using ImageSdk.Images;

namespace ImageSdk.Cli.Tests;

/// <summary>A web server that has trees by their hashes.</summary>
sealed class TreeSite : IDisposable
{
    readonly HttpListener listener = new();
    readonly string address = $"http://127.0.0.1:{FindFreePort()}";

    public TreeSite()
    {
        listener.Prefixes.Add($"{address}/");
        listener.Start();
        _ = ServeAsync();
    }

    public string Base => $"{address}/some/base";

    /// <summary>By path.</summary>
    public ConcurrentDictionary<string, byte[]> Parts { get; } = new();

    /// <summary>How often a request is answered by "busy" before it is served.</summary>
    public int BusyAnswers { get; set; }

    public ObjectHash Put(string kind, string content) => Put(kind, Encoding.Latin1.GetBytes(content));

    public ObjectHash Put(string kind, byte[] content)
    {
        var hash = ObjectHash.Of(content);
        Parts[$"/some/base/{kind}/{hash}"] = content;
        return hash;
    }

    public void Dispose() => listener.Close();

    async Task ServeAsync()
    {
        try
        {
            while (true)
                Answer(await listener.GetContextAsync());
        }
        catch (Exception problem) when (problem is HttpListenerException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    void Answer(HttpListenerContext context)
    {
        using var response = context.Response;
        if (BusyAnswers-- > 0)
            response.StatusCode = (int)HttpStatusCode.ServiceUnavailable;
        else if (Parts.TryGetValue(context.Request.Url!.AbsolutePath, out var content))
        {
            response.ContentLength64 = content.Length;
            response.OutputStream.Write(content);
        }
        else
            response.StatusCode = (int)HttpStatusCode.NotFound;
    }

    static int FindFreePort()
    {
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        return ((IPEndPoint)free.LocalEndpoint).Port;
    }
}
