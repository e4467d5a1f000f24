using ImageSdk.Hosting.Logs;
using ImageSdk.Hosting.Options;
using ImageSdk.Hosting.Security;

namespace ImageSdk.Hosting;

/// <summary>What a daemon is made with.</summary>
/// <param name="Options">Its settings.</param>
/// <param name="Log">Its log.</param>
/// <param name="Certificates">Its certificates, as a server and as a client.</param>
/// <param name="Time">Its clock.</param>
public sealed record DaemonResources<TOptions>(TOptions Options, ServerLog Log, ServerCertificates Certificates, TimeProvider Time)
    where TOptions : DaemonOptions;
