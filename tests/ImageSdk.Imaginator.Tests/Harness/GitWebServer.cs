using System.Diagnostics;
using System.Net;
using System.Text;

namespace ImageSdk.Imaginator.Tests;

/// <summary>Serves repositories over HTTP to one user, by git's own program for web servers.</summary>
sealed class GitWebServer : IAsyncDisposable
{
    readonly HttpListener listener = new();
    readonly string credentials;
    readonly Task serving;

    public GitWebServer(string user, string password)
    {
        credentials = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}"));
        using (var probe = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0))
        {
            probe.Start();
            Port = ((IPEndPoint)probe.LocalEndpoint).Port;
        }
        listener.Prefixes.Add($"http://127.0.0.1:{Port}/");
        listener.Start();
        serving = ServeAsync();
    }

    public int Port { get; }

    /// <summary>The folder with the repositories.</summary>
    public string Root { get; set; } = "";

    /// <summary>Requests that had the credentials.</summary>
    public int Served { get; private set; }

    public async ValueTask DisposeAsync()
    {
        listener.Stop();
        await serving;
        listener.Close();
    }

    async Task ServeAsync()
    {
        try
        {
            while (true)
                await AnswerAsync(await listener.GetContextAsync());
        }
        catch (Exception problem) when (problem is HttpListenerException or ObjectDisposedException)
        {
            // Stopped.
        }
    }

    async Task AnswerAsync(HttpListenerContext context)
    {
        using var response = context.Response;
        if (context.Request.Headers["Authorization"] != credentials)
        {
            response.StatusCode = 401;
            response.AddHeader("WWW-Authenticate", "Basic realm=\"git\"");
            return;
        }
        Served++;
        var start = new ProcessStartInfo("git", ["http-backend"]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (var (name, value) in new[]
        {
            ("GIT_PROJECT_ROOT", Root), ("GIT_HTTP_EXPORT_ALL", "1"), ("REQUEST_METHOD", context.Request.HttpMethod), ("PATH_INFO", Uri.UnescapeDataString(context.Request.Url!.AbsolutePath)),
            ("QUERY_STRING", context.Request.Url.Query.TrimStart('?')), ("CONTENT_TYPE", context.Request.ContentType ?? ""), ("REMOTE_USER", "x"), ("REMOTE_ADDR", "127.0.0.1"),
            ("GIT_PROTOCOL", context.Request.Headers["Git-Protocol"] ?? ""), ("HTTP_CONTENT_ENCODING", context.Request.Headers["Content-Encoding"] ?? ""),
        })
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        await context.Request.InputStream.CopyToAsync(process.StandardInput.BaseStream);
        process.StandardInput.Close();
        using var output = new MemoryStream();
        await process.StandardOutput.BaseStream.CopyToAsync(output);
        var bytes = output.ToArray();
        var end = bytes.AsSpan().IndexOf("\r\n\r\n"u8);
        foreach (var line in Encoding.UTF8.GetString(bytes, 0, end).Split("\r\n"))
            if (line.Split(':', 2) is [var name, var value])
                if (name == "Status")
                    response.StatusCode = int.Parse(value.Trim().Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);
                else
                    response.AddHeader(name, value.Trim());
        await response.OutputStream.WriteAsync(bytes.AsMemory(end + 4));
    }
}
