using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ImageSdk.ImageServer.Images;
using ImageSdk.ImageServer.Objects;
using ImageSdk.ImageServer.Services;
using ImageSdk.ImageServer.Web;
using ImageSdk.Images;
using ImageSdk.Srpc;
using ImageSdk.Storage;

namespace ImageSdk.ImageServer.Hosting;

/// <summary>A running server: its parts, put together.</summary>
sealed class ImageServerHost : IAsyncDisposable
{
    readonly WebApplication web;
    readonly ServerCertificates certificates;
    readonly CancellationTokenSource stopping = new();
    readonly Task background;

    ImageServerHost(WebApplication web, ServerCertificates certificates, ServerParts parts, SharedPort port)
    {
        this.web = web;
        this.certificates = certificates;
        Parts = parts;
        Port = port.Port;
        background = RunInBackgroundAsync(parts, stopping.Token);
    }

    /// <summary>The port it listens on.</summary>
    public int Port { get; }

    public ServerParts Parts { get; }

    /// <summary>Starts a server; it listens when this returns.</summary>
    /// <exception cref="SrpcException">Certificates are missing or malformed.</exception>
    /// <exception cref="StoreException">The directories are in use by another server.</exception>
    /// <exception cref="FormatException">The information template or a filter is none.</exception>
    /// <exception cref="IOException">A directory cannot be read or written, or the port is taken.</exception>
    public static async Task<ImageServerHost> StartAsync(ServerOptions options, ServerLog log, TimeProvider? clock = null)
    {
        var time = clock ?? TimeProvider.System;
        var certificates = new ServerCertificates(options, log, time);
        ServerParts? parts = null;
        try
        {
            parts = ServerParts.Open(options, log, certificates, time);
            return await StartAsync(parts, certificates);
        }
        catch
        {
            parts?.Dispose();
            certificates.Dispose();
            throw;
        }
    }

    static async Task<ImageServerHost> StartAsync(ServerParts parts, ServerCertificates certificates)
    {
        var (options, log) = (parts.Options, parts.Log);
        SharedPort? port = null;
        var srpc = parts.CreateSrpcServer(() => certificates.Current, (stream, user, cancellation) => port!.ServePagesAsync(stream, user, cancellation));
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "imageserver" });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton(services => port = new SharedPort(srpc, options, log, services.GetRequiredService<ILoggerFactory>()));
        builder.Services.AddSingleton<Microsoft.AspNetCore.Connections.IConnectionListenerFactory>(services => services.GetRequiredService<SharedPort>());
        var web = builder.Build();
        WebPages.Map(web, new WebSite(parts, srpc, () => certificates.Current is null));
        log.Write($"Service ready, opening listener on port: {options.Port}");
        try
        {
            await web.StartAsync();
        }
        catch
        {
            await web.DisposeAsync();
            throw;
        }
        return new(web, certificates, parts, web.Services.GetRequiredService<SharedPort>());
    }

    /// <summary>Stops listening, lets requests that are being served finish for a while, and ends the rest.</summary>
    public async ValueTask DisposeAsync()
    {
        stopping.Cancel();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        await web.StopAsync(limit.Token);
        await web.DisposeAsync();
        await background;
        certificates.Dispose();
        Parts.Dispose();
    }

    static async Task RunInBackgroundAsync(ServerParts parts, CancellationToken cancellation)
    {
        try
        {
            await Task.WhenAll(parts.BackgroundTasks(cancellation));
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
        }
    }
}
