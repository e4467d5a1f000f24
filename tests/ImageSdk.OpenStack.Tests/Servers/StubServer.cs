using System.Collections.Concurrent;
using System.Net;
using System.Text;

namespace ImageSdk.OpenStack.Tests.Servers;

/// <summary>A server that answers what a test wants: for what no real one does.</summary>
sealed class StubServer : IDisposable
{
    readonly HttpListener listener = new();
    readonly Func<HttpListenerRequest, StubAnswer> answer;

    public StubServer(Func<HttpListenerRequest, StubAnswer> answer)
    {
        this.answer = answer;
        Address = new($"http://127.0.0.1:{ServerProcess.FreePort()}");
        listener.Prefixes.Add($"{Address.AbsoluteUri.TrimEnd('/')}/");
        listener.Start();
        _ = ServeAsync();
    }

    public Uri Address { get; }

    /// <summary>"METHOD /path?query", in the order in which they came.</summary>
    public ConcurrentQueue<string> Requests { get; } = [];

    async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                var context = await listener.GetContextAsync();
                Requests.Enqueue($"{context.Request.HttpMethod} {context.Request.RawUrl}");
                var said = answer(context.Request);
                var response = context.Response;
                response.StatusCode = said.Status;
                foreach (var (name, value) in said.Headers)
                    response.Headers[name] = value;
                try
                {
                    await context.Request.InputStream.CopyToAsync(Stream.Null);
                    response.OutputStream.Write(Encoding.UTF8.GetBytes(said.Body));
                    if (said.Endless)
                        for (var piece = new byte[1 << 16]; ; )
                            response.OutputStream.Write(piece);
                    response.Close();
                }
                catch (Exception exception) when (exception is HttpListenerException or IOException or ObjectDisposedException)
                {
                }
            }
        }
        catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException)
        {
        }
    }

    public void Dispose() => listener.Close();
}

sealed record StubAnswer(int Status, string Body = "")
{
    public Dictionary<string, string> Headers { get; init; } = [];

    /// <summary>Whether the body goes on for ever.</summary>
    public bool Endless { get; init; }
}
