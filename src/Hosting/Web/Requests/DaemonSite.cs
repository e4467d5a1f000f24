using System.Net;
using System.Net.Sockets;
using System.Reflection;
using ImageSdk.Hosting.Logs;
using ImageSdk.Hosting.Metrics;
using ImageSdk.Hosting.Options;
using ImageSdk.Srpc;

namespace ImageSdk.Hosting.Web.Requests;

/// <summary>What the host gives the pages of a daemon.</summary>
/// <param name="Options">The daemon's options.</param>
/// <param name="Log">Its log.</param>
/// <param name="Time">Its clock.</param>
/// <param name="Started">When it was started.</param>
/// <param name="Srpc">Its SRPC side.</param>
/// <param name="Metrics">Its metrics.</param>
/// <param name="IsInsecure">Whether everybody may do everything, at the moment.</param>
public sealed record SiteContext(
    DaemonOptions Options, ServerLog Log, TimeProvider Time, DateTimeOffset Started, SrpcServer Srpc, MetricTable Metrics, Func<bool> IsInsecure);

/// <summary>What the pages of a daemon are about. A daemon derives its own from it, with its sections.</summary>
public class DaemonSite(SiteContext context, params IEnumerable<Assembly> assets)
{
    readonly Lazy<Task<string>> hostName = new(FindHostNameAsync);

    public string Name => context.Options.Name;

    public DaemonOptions Options => context.Options;

    public ServerLog Log => context.Log;

    public TimeProvider Time => context.Time;

    public DateTimeOffset Started => context.Started;

    public SrpcServer Srpc => context.Srpc;

    public MetricTable Metrics => context.Metrics;

    public bool IsInsecure => context.IsInsecure();

    public WebAssets Assets { get; } = new(assets);

    /// <summary>The entries of the navigation.</summary>
    public virtual IReadOnlyList<(string Path, string Text)> Sections => [("/", "Status"), ("/logs", "Logs"), ("/metrics/", "Metrics")];

    /// <summary>Where those are sent who asked for what is not there.</summary>
    public virtual (string Path, string Text) Home => ("/", "Status");

    /// <summary>The machine's name, as its resolver completes it.</summary>
    public Task<string> HostName => hostName.Value;

    static async Task<string> FindHostNameAsync()
    {
        try
        {
            return (await Dns.GetHostEntryAsync(Dns.GetHostName())).HostName;
        }
        catch (SocketException)
        {
            return Environment.MachineName;
        }
    }
}
