using System.Security.Authentication;
using ImageSdk.Hosting.Connections;
using ImageSdk.Hosting.Logs;
using ImageSdk.Hosting.Metrics;
using ImageSdk.Hosting.Options;
using ImageSdk.Hosting.Security;
using ImageSdk.Hosting.Services;
using ImageSdk.Srpc;
using ImageSdk.Srpc.Gob;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ImageSdk.Hosting;

/// <summary>A running daemon: its port with SRPC and pages, its certificates, and what runs in the background.</summary>
public sealed class DaemonHost<TDaemon> : IAsyncDisposable where TDaemon : IDaemon
{
    static readonly TimeSpan patience = TimeSpan.FromSeconds(5);

    readonly WebApplication web;
    readonly ServerCertificates certificates;
    readonly CancellationTokenSource stopping = new();
    readonly Task background;

    DaemonHost(WebApplication web, ServerCertificates certificates, TDaemon daemon, TimeProvider time)
    {
        this.web = web;
        this.certificates = certificates;
        Daemon = daemon;
        Port = web.Services.GetRequiredService<SharedPort>().Port;
        background = RunInBackgroundAsync([.. daemon.BackgroundTasks(stopping.Token), MemoryRelease.Create().RunAsync(time, stopping.Token)], stopping.Token);
    }

    /// <summary>The port it listens on.</summary>
    public int Port { get; }

    public TDaemon Daemon { get; }

    /// <summary>Starts a daemon; it listens when this returns.</summary>
    /// <param name="open">Makes the daemon: takes its directories, loads what there is.</param>
    /// <exception cref="SrpcException">Certificates are missing or malformed.</exception>
    /// <exception cref="IOException">The port is taken. The daemon itself may throw others.</exception>
    public static async Task<DaemonHost<TDaemon>> StartAsync<TOptions>(
        TOptions options, ServerLog log, TimeProvider time, Func<DaemonResources<TOptions>, TDaemon> open) where TOptions : DaemonOptions
    {
        var certificates = new ServerCertificates(options, log, time);
        TDaemon? daemon = default;
        try
        {
            var started = time.GetUtcNow();
            daemon = open(new(options, log, certificates, time));
            return await StartAsync(daemon, options, log, time, started, certificates);
        }
        catch
        {
            daemon?.Dispose();
            certificates.Dispose();
            throw;
        }
    }

    static async Task<DaemonHost<TDaemon>> StartAsync(
        TDaemon daemon, DaemonOptions options, ServerLog log, TimeProvider time, DateTimeOffset started, ServerCertificates certificates)
    {
        SharedPort? port = null;
        var srpc = new SrpcServer(
            new SrpcServerOptions
            {
                Tls = () => certificates.Current,
                TrustedUsers = options.TrustedUsers,
                TrustedGroups = options.TrustedGroups,
                HandshakeTimeout = options.HandshakeTimeout,
                Time = time,
                OfferLocalUpgrade = options.UnixSocketPath.Length > 0,
                ServeOther = (stream, peer, cancellation) => port!.ServePagesAsync(stream, peer, cancellation),
                OnFailure = (peer, problem) => LogFailure(log, peer, problem),
            },
            [.. daemon.Services, new LoggerService(log, time).Create()]);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = options.Name });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        builder.Services.AddRoutingCore();
        daemon.AddServices(builder.Services);
        builder.Services.AddSingleton(services => port = new SharedPort(srpc, options, log, services.GetRequiredService<ILoggerFactory>()));
        builder.Services.AddSingleton<Microsoft.AspNetCore.Connections.IConnectionListenerFactory>(services => services.GetRequiredService<SharedPort>());
        var metrics = new MetricTable(srpc, options, started);
        if (certificates.ExpiresAt is not null)
            metrics.Add("/certificate/expiry", "when the certificate expires", "Seconds", () => certificates.ExpiresAt.GetValueOrDefault(), "certificate_expiry_time_seconds");
        daemon.AddMetrics(metrics);
        Telemetry.Add(builder.Services, options, metrics);
        var web = builder.Build();
        daemon.MapPages(web, new(options, log, time, started, srpc, metrics, () => certificates.Current is null));
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
        return new(web, certificates, daemon, time);
    }

    /// <summary>Stops listening, lets requests that are being served finish for a while, and ends the rest.</summary>
    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        using var limit = new CancellationTokenSource(patience);
        await web.StopAsync(limit.Token);
        await web.DisposeAsync();
        await background;
        certificates.Dispose();
        Daemon.Dispose();
    }

    static async Task RunInBackgroundAsync(Task[] tasks, CancellationToken cancellation)
    {
        try
        {
            await Task.WhenAll(tasks);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
        }
    }

    // Clients go away and send nonsense all the time; all else is a mistake of ours.
    static void LogFailure(ServerLog log, SrpcPeer peer, Exception problem)
    {
        if (problem is CertificateRefusedException)
            log.Write($"{peer.Remote}: client refused: {problem.Message}");
        else if (problem is SrpcException or GobException or IOException or OperationCanceledException or AuthenticationException)
            log.Debug(0, $"{peer.Remote}: {problem.Message}");
        else
            log.Write($"{peer.Remote}: {problem}");
    }
}
