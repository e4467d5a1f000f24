using ImageSdk.OpenStack.Http;

namespace ImageSdk.OpenStack.Keystone;

/// <summary>What services are found by and believe. Safe for many callers at once.</summary>
interface ICloudSession
{
    ServiceConnection Connection { get; }

    /// <summary>The address of a service, without a slash at its end.</summary>
    /// <exception cref="OpenStackException">IMG7455 to IMG7457: there is none, or the cloud refuses.</exception>
    Task<Uri> FindEndpointAsync(string service, CancellationToken cancellation);

    /// <summary>A token that holds for a while; empty where none is needed.</summary>
    /// <param name="refused">The one that a service refused, so that another one is needed; null for none.</param>
    /// <exception cref="OpenStackException">IMG7455: the cloud refuses.</exception>
    Task<string> GetTokenAsync(string? refused, CancellationToken cancellation);
}
