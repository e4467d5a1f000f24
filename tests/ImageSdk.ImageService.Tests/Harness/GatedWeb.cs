using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace ImageSdk.ImageService.Tests.Harness;

/// <summary>A web server that keeps those who ask waiting until it is opened.</summary>
sealed class GatedWeb : IAsyncDisposable
{
    readonly WebApplication web;
    readonly TaskCompletionSource opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    int asked;

    /// <param name="content">Of all that it has.</param>
    public static async Task<GatedWeb> StartAsync(byte[] content)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var gate = new GatedWeb(builder.Build());
        gate.web.Run(async context =>
        {
            Interlocked.Increment(ref gate.asked);
            await gate.opened.Task.WaitAsync(context.RequestAborted);
            context.Response.ContentLength = content.Length;
            if (HttpMethods.IsGet(context.Request.Method))
                await context.Response.Body.WriteAsync(content, context.RequestAborted);
        });
        await gate.web.StartAsync();
        return gate;
    }

    GatedWeb(WebApplication web) => this.web = web;

    public string Address => web.Urls.First();

    /// <summary>How often something was asked for.</summary>
    public int Asked => Volatile.Read(ref asked);

    public void Open() => opened.TrySetResult();

    public ValueTask DisposeAsync()
    {
        Open();
        return web.DisposeAsync();
    }
}
