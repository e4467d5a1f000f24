using ImageSdk.OpenStack.Http;
using ImageSdk.OpenStack.Settings;

namespace ImageSdk.OpenStack.Keystone;

/// <summary>Logs in when that is needed, keeps the token until shortly before it ends, and tells where services are.</summary>
sealed class CloudSession : ICloudSession, IDisposable
{
    /// <summary>A token is renewed this long before its end, or after three quarters of a short life.</summary>
    static readonly TimeSpan margin = TimeSpan.FromMinutes(5);

    readonly CloudSettings settings;
    readonly ILogin? login;
    readonly TimeProvider clock;
    readonly SemaphoreSlim renewing = new(1);
    CloudToken? current;
    long renewAfter;

    /// <exception cref="OpenStackException">IMG7454: a certificate of the settings cannot be read.</exception>
    public CloudSession(CloudSettings settings, RetryPolicy retries, ICloudLog log, TimeProvider clock)
    {
        (this.settings, this.clock) = (settings, clock);
        Connection = new(settings.Tls, new(settings.Secrets), retries, log);
        login = settings.Type switch
        {
            AuthenticationType.None or AuthenticationType.AdminToken => null,
            AuthenticationType.Version1 => new Version1Login(settings, Connection),
            _ => new KeystoneLogin(settings, Connection),
        };
    }

    public ServiceConnection Connection { get; }

    public async Task<Uri> FindEndpointAsync(string service, CancellationToken cancellation)
    {
        if (settings.Endpoints.TryGetValue(service, out var said) || settings.Endpoints.TryGetValue("", out said))
            return said;
        if (login is null)
            throw new OpenStackException("IMG7457",
                $"{settings.Origin} does not say where the service \"{service}\" is. Nobody logs in there, so that no catalogue tells it: add {service.Replace('-', '_')}_endpoint_override, or auth_url and what belongs to it.");
        var services = (await GetAsync(refused: null, cancellation)).Services;
        var found = services.Find(service, settings.Interface, settings.Region) ?? throw new OpenStackException("IMG7457",
            $"The catalogue of {settings.AuthUrl} has no {settings.Interface} address of the service \"{service}\"{(settings.Region.Length > 0 ? $" in the region {settings.Region}" : "")}; {services.Describe(service)}. Correct region_name and interface, or add {service.Replace('-', '_')}_endpoint_override.");
        return CloudSettings.ParseAddress(found)
            ?? throw new OpenStackException("IMG7457", $"The catalogue of {settings.AuthUrl} has an address of the service \"{service}\" that is none of a server. Tell who keeps the cloud, or add {service.Replace('-', '_')}_endpoint_override.");
    }

    public async Task<string> GetTokenAsync(string? refused, CancellationToken cancellation) =>
        login is null ? settings.Token : (await GetAsync(refused, cancellation)).Text;

    async Task<CloudToken> GetAsync(string? refused, CancellationToken cancellation)
    {
        await renewing.WaitAsync(cancellation);
        try
        {
            if (current is null || current.Text == refused || clock.GetTimestamp() > renewAfter)
            {
                current = await login!.LogInAsync(cancellation);
                Connection.Secrets.Add(current.Text);
                var early = current.Lifetime / 4 < margin ? current.Lifetime / 4 : margin;
                renewAfter = clock.GetTimestamp() + (long)((current.Lifetime - early).TotalSeconds * clock.TimestampFrequency);
            }
            return current;
        }
        finally
        {
            renewing.Release();
        }
    }

    public void Dispose()
    {
        Connection.Dispose();
        renewing.Dispose();
    }
}
