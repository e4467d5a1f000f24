using ImageSdk.OpenStack.Http;
using ImageSdk.OpenStack.Keystone;
using ImageSdk.OpenStack.Settings;

namespace ImageSdk.OpenStack.Swift;

/// <summary>Containers of a cloud. Safe for many callers at once.</summary>
public sealed class SwiftService : IDisposable
{
    /// <summary>Type of the service in settings and catalogues.</summary>
    public const string ServiceType = "object-store";

    readonly CloudSession session;

    /// <exception cref="OpenStackException">IMG7454: a certificate of the settings cannot be read.</exception>
    public SwiftService(CloudSettings settings, ICloudLog? log = null, RetryPolicy? retries = null, TimeProvider? clock = null)
    {
        session = new(settings, retries ?? RetryPolicy.Usual, log ?? SilentCloudLog.Instance, clock ?? TimeProvider.System);
        Client = new(session, ServiceType);
    }

    internal ServiceClient Client { get; }

    /// <summary>The files of a component, or of one thing that it works on.</summary>
    /// <param name="identifier">Empty for those of the component.</param>
    /// <param name="isPublic">Whether whoever has the address of a file may read it, where the container has to be made.</param>
    /// <exception cref="OpenStackException">IMG7468: that makes no name for a container.</exception>
    public DataStore Open(string component, string identifier = "", bool isPublic = false) => new(this, component, identifier, isPublic);

    public void Dispose() => session.Dispose();
}
