using System.Net;
using System.Net.Sockets;

namespace ImageSdk.Contracts.Networking;

/// <summary>
/// Networks that a program does not connect to for others, where addresses come from those who ask it for something. Addresses are looked at when
/// it connects, so that neither names that change their address nor redirects get around it. A proxy of the environment is connected to
/// as any other machine; what it connects to is its own affair.
/// </summary>
public sealed class DeniedNetworks
{
    /// <summary>Where clouds give machines their credentials.</summary>
    public const string Default = "169.254.0.0/16,fe80::/10,fd00:ec2::/32";

    readonly IReadOnlyList<IPNetwork> networks;

    /// <param name="networks">Such as 10.0.0.0/8 or fe80::/10.</param>
    /// <exception cref="FormatException">One is no network.</exception>
    public DeniedNetworks(IEnumerable<string> networks) =>
        this.networks = [.. networks.Select(network => IPNetwork.TryParse(network, out var parsed) ? parsed : throw new FormatException($"{network} is no network such as 10.0.0.0/8"))];

    /// <summary>Reads a list with commas.</summary>
    /// <exception cref="FormatException">One is no network.</exception>
    public static DeniedNetworks Parse(string text) => new(text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));

    public IEnumerable<string> Names => networks.Select(network => network.ToString());

    public bool Contains(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        return networks.Any(network => network.Contains(address));
    }

    /// <summary>Connects, as <see cref="SocketsHttpHandler.ConnectCallback"/>.</summary>
    /// <exception cref="DeniedAddressException">All addresses of the host are denied.</exception>
    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var addresses = await Dns.GetHostAddressesAsync(context.DnsEndPoint.Host, cancellation);
        var open = addresses.Where(address => !Contains(address)).ToArray();
        if (open.Length == 0)
            throw new DeniedAddressException(context.DnsEndPoint.Host);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(open, context.DnsEndPoint.Port, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

/// <summary>A machine is not connected to, as its address is in a denied network.</summary>
public sealed class DeniedAddressException(string host) : IOException($"the address of {host} is in a network that is not connected to");
