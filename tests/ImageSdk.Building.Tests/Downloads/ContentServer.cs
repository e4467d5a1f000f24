using System.Collections.Concurrent;
using System.Globalization;
using System.Net;

namespace ImageSdk.Building.Tests.Downloads;

/// <summary>Serves contents with HTTP on the loopback, as well as it is told to.</summary>
sealed class ContentServer : IDisposable
{
    readonly HttpListener listener = new();

    public ContentServer()
    {
        for (var attempt = 0; ; attempt++)
        {
            Port = Random.Shared.Next(20_000, 32_000);
            listener.Prefixes.Clear();
            listener.Prefixes.Add($"http://127.0.0.1:{Port}/");
            try
            {
                listener.Start();
                break;
            }
            catch (HttpListenerException) when (attempt < 20)
            {
                // Another has the port.
            }
        }
        _ = ServeAsync();
    }

    public int Port { get; }

    /// <summary>Contents by path, without the leading slash.</summary>
    public ConcurrentDictionary<string, byte[]> Contents { get; } = [];

    /// <summary>Where a path leads instead.</summary>
    public ConcurrentDictionary<string, string> Redirects { get; } = [];

    /// <summary>Method-less records of what was asked: "name" or "name bytes=5-".</summary>
    public ConcurrentQueue<string> Requests { get; } = [];

    /// <summary>Bytes after which the next answers break off, one each.</summary>
    public ConcurrentQueue<int> Cuts { get; } = [];

    /// <summary>Status codes of the next answers, one each.</summary>
    public ConcurrentQueue<int> Failures { get; } = [];

    public bool HasVersions { get; set; } = true;

    public bool HasRanges { get; set; } = true;

    /// <summary>Begins a part at another byte than was asked for.</summary>
    public bool LiesAboutRanges { get; set; }

    /// <summary>"user:password" that every request needs; empty for none.</summary>
    public string Credentials { get; set; } = "";

    /// <summary>Held back until released.</summary>
    public TaskCompletionSource? Gate { get; set; }

    public string Address(string name) => $"http://127.0.0.1:{Port}/{Uri.EscapeDataString(name)}";

    public static string TagOf(byte[] content) => $"\"{Convert.ToHexStringLower(System.Security.Cryptography.MD5.HashData(content))}\"";

    async Task ServeAsync()
    {
        while (true)
        {
            HttpListenerContext context;
            try
            {
                context = await listener.GetContextAsync();
            }
            catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
            _ = Task.Run(() => AnswerAsync(context));
        }
    }

    async Task AnswerAsync(HttpListenerContext context)
    {
        var (request, response) = (context.Request, context.Response);
        var name = Uri.UnescapeDataString(request.Url!.AbsolutePath)[1..];
        Requests.Enqueue(request.Headers["Range"] is { } asked ? $"{name} {asked}" : name);
        try
        {
            if (Failures.TryDequeue(out var status))
                response.StatusCode = status;
            else if (Credentials.Length > 0 && request.Headers["Authorization"] != "Basic " + Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(Credentials)))
                response.StatusCode = 401;
            else if (Redirects.TryGetValue(name, out var target))
                response.Redirect(target);
            else if (Contents.TryGetValue(name, out var content))
                await WriteAsync(request, response, content);
            else
                response.StatusCode = 404;
            response.Close();
        }
        catch (Exception exception) when (exception is HttpListenerException or IOException or ObjectDisposedException)
        {
            response.Abort();
        }
    }

    async Task WriteAsync(HttpListenerRequest request, HttpListenerResponse response, byte[] content)
    {
        var tag = TagOf(content);
        if (HasVersions)
        {
            response.Headers["ETag"] = tag;
            if (request.Headers["If-None-Match"] == tag)
            {
                response.StatusCode = 304;
                return;
            }
        }
        var start = 0;
        if (HasRanges && request.Headers["Range"] is { } range && (request.Headers["If-Range"] is not { } version || version == tag))
        {
            start = int.Parse(range["bytes=".Length..].TrimEnd('-'), CultureInfo.InvariantCulture);
            if (start >= content.Length)
            {
                response.StatusCode = 416;
                return;
            }
            response.StatusCode = 206;
            var told = LiesAboutRanges ? start - 1 : start;
            response.Headers["Content-Range"] = $"bytes {told}-{content.Length - 1}/{content.Length}";
        }
        response.ContentLength64 = content.Length - start;
        if (Gate is { } gate)
        {
            await response.OutputStream.WriteAsync(content.AsMemory(start, 1));
            await response.OutputStream.FlushAsync();
            await gate.Task;
            start++;
        }
        if (Cuts.TryDequeue(out var cut))
        {
            await response.OutputStream.WriteAsync(content.AsMemory(start, cut));
            await response.OutputStream.FlushAsync();
            throw new IOException("cut");
        }
        await response.OutputStream.WriteAsync(content.AsMemory(start));
    }

    public void Dispose()
    {
        Gate?.TrySetResult();
        listener.Close();
    }
}
