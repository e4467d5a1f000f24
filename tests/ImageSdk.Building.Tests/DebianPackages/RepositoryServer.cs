using System.Net;

namespace ImageSdk.Building.Tests.DebianPackages;

/// <summary>How a server of packages behaves.</summary>
public enum ServerFault
{
    None,

    /// <summary>Nothing listens.</summary>
    Unreachable,

    /// <summary>It answers everything with 503.</summary>
    Unavailable,

    /// <summary>It takes the request and says nothing.</summary>
    Silent,

    /// <summary>It breaks off in the middle of a list of packages.</summary>
    CutOff,
}

/// <summary>Serves a folder with HTTP on the loopback, as well as it is told to.</summary>
sealed class RepositoryServer : IDisposable
{
    readonly HttpListener listener = new();
    readonly CancellationTokenSource ended = new();
    readonly string folder;

    public RepositoryServer(string folder)
    {
        this.folder = folder;
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

    public ServerFault Fault { get; set; }

    /// <summary>Paths that were asked for.</summary>
    public List<string> Requests { get; } = [];

    /// <summary>A line of sources.list.</summary>
    public string Source(string options = "", string suite = "./") => $"deb {options}http://127.0.0.1:{(Fault == ServerFault.Unreachable ? 1 : Port)}/ {suite}\n";

    async Task ServeAsync()
    {
        while (!ended.IsCancellationRequested)
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
            _ = AnswerAsync(context);
        }
    }

    async Task AnswerAsync(HttpListenerContext context)
    {
        var path = Uri.UnescapeDataString(context.Request.Url!.AbsolutePath);
        lock (Requests)
            Requests.Add(path);
        try
        {
            if (Fault == ServerFault.Silent)
                await Task.Delay(System.Threading.Timeout.Infinite, ended.Token);
            var file = Path.Combine(folder, path.TrimStart('/'));
            context.Response.StatusCode = Fault == ServerFault.Unavailable ? 503 : File.Exists(file) ? 200 : 404;
            if (context.Response.StatusCode == 200)
            {
                var content = await File.ReadAllBytesAsync(file);
                context.Response.ContentLength64 = content.Length;
                var isCut = Fault == ServerFault.CutOff && path.EndsWith("Packages", StringComparison.Ordinal);
                await context.Response.OutputStream.WriteAsync(content.AsMemory(0, isCut ? content.Length / 2 : content.Length));
                if (isCut)
                {
                    context.Response.Abort();
                    return;
                }
            }
            context.Response.Close();
        }
        catch (Exception exception) when (exception is HttpListenerException or IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The client or the test is gone.
        }
    }

    public void Dispose()
    {
        ended.Cancel();
        listener.Close();
        ended.Dispose();
    }
}
