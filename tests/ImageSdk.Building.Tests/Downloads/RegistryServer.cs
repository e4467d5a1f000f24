using System.Collections.Concurrent;
using System.Net;
using System.Text;

namespace ImageSdk.Building.Tests.Downloads;

/// <summary>Serves a layout as a registry does, to those who have a token for it.</summary>
sealed class RegistryServer : IDisposable
{
    const string Token = "a token";

    readonly HttpListener listener = new();
    readonly string directory, repository;

    public RegistryServer(ContainerLayout layout, string repository, string tag)
    {
        (directory, this.repository) = (layout.Directory, repository);
        Tags[tag] = layout.Index;
        do
            Port = Random.Shared.Next(20_000, 32_000);
        while (!TryStart());
        _ = ServeAsync();
    }

    public int Port { get; }

    public ConcurrentDictionary<string, string> Tags { get; } = [];

    public ConcurrentQueue<string> Requests { get; } = [];

    /// <summary>"user:password" that a token is given for; empty for anyone.</summary>
    public string User { get; set; } = "";

    bool TryStart()
    {
        listener.Prefixes.Clear();
        listener.Prefixes.Add($"http://127.0.0.1:{Port}/");
        try
        {
            listener.Start();
            return true;
        }
        catch (HttpListenerException)
        {
            return false;
        }
    }

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
            await AnswerAsync(context.Request, context.Response);
            context.Response.Close();
        }
    }

    async Task AnswerAsync(HttpListenerRequest request, HttpListenerResponse response)
    {
        var path = request.Url!.AbsolutePath;
        Requests.Enqueue(path);
        var authorization = request.Headers["Authorization"];
        if (path == "/token")
        {
            var expected = User.Length == 0 ? null : "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(User));
            if (authorization == expected && request.QueryString["scope"] == $"repository:{repository}:pull")
                await response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes($$"""{"token": "{{Token}}"}"""));
            else
                response.StatusCode = 401;
            return;
        }
        if (authorization != $"Bearer {Token}")
        {
            response.StatusCode = 401;
            response.AddHeader("WWW-Authenticate", $"Bearer realm=\"http://127.0.0.1:{Port}/token\",service=\"a registry\",scope=\"repository:{repository}:pull\"");
            return;
        }
        var name = path.Split('/')[^1];
        var hex = (Tags.TryGetValue(name, out var digest) ? digest : name).Split(':')[^1];
        var file = Path.Combine(directory, "blobs/sha256", hex);
        if (path.StartsWith($"/v2/{repository}/", StringComparison.Ordinal) && File.Exists(file))
            await response.OutputStream.WriteAsync(await File.ReadAllBytesAsync(file));
        else
            response.StatusCode = 404;
    }

    public void Dispose() => listener.Close();
}
