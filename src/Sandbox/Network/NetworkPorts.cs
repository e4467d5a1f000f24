using System.Net;
using System.Net.NetworkInformation;
using ImageSdk.Contracts.Messages;
using ImageSdk.Contracts.Networking;
using ImageSdk.Sandbox.Lending;

namespace ImageSdk.Sandbox.Network;

/// <summary>The ports of the machine itself that commands with a network of their own need all the same: proxies, name servers, sources of packages, and what the project names.</summary>
static class NetworkPorts
{
    const int NameService = 53;

    /// <param name="servers">Addresses of others, as they are written.</param>
    public static IEnumerable<IPEndPoint> Find(CommandSettings settings, IEnumerable<string> servers)
    {
        var proxies = MachineProxies.Current.Addresses.Concat(servers).Concat(settings.Environment.Where(variable => ProxyVariables.IsOne(variable.Key)).Select(variable => variable.Value))
            .Select(MachineProxies.TryParse).OfType<Uri>().SelectMany(proxy => AddressesOf(proxy.Host).Select(address => new IPEndPoint(address, proxy.Port)));
        var resolvers = MachineResolver.Read() is { } resolver
            ? MachineResolver.Values(resolver, "nameserver").Select(text => IPAddress.TryParse(text, out var address) ? address : null).OfType<IPAddress>()
                .Where(address => IPAddress.IsLoopback(address) || UserNetwork.Refused.Any(network => network.Contains(address)) && !address.IsIPv6LinkLocal || IsOwn(address))
                .Select(address => new IPEndPoint(address, NameService))
            : [];
        var named = settings.HostPorts.SelectMany(port => AddressesOf("localhost").Select(address => new IPEndPoint(address, port)));
        return proxies.Concat(resolvers).Concat(named);
    }

    /// <summary>Of the machine itself; none for another one.</summary>
    static IEnumerable<IPAddress> AddressesOf(string host) => host.Trim('[', ']') switch
    {
        "localhost" => [IPAddress.Loopback, IPAddress.IPv6Loopback],
        var text when IPAddress.TryParse(text, out var address) && (IPAddress.IsLoopback(address) || IsOwn(address)) => [address],
        _ => [],
    };

    static bool IsOwn(IPAddress address) => !IPAddress.IsLoopback(address)
        && NetworkInterface.GetAllNetworkInterfaces().SelectMany(device => device.GetIPProperties().UnicastAddresses).Any(own => own.Address.Equals(address));
}
