using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using ImageSdk.Contracts.Settings;

namespace ImageSdk.Building.Settings;

/// <summary>What can be wrong in networks without looking at the image.</summary>
static partial class NetworkCheck
{
    const int LongestInterface = 15, HighestVlan = 4094;

    public static void Check(IReadOnlyList<NetworkSetting> networks)
    {
        foreach (var network in networks)
            Check(network);
        SettingsCheck.RefuseTwice(networks, "IMG1526", "ImageNetworkInterface");
    }

    static void Check(NetworkSetting network)
    {
        Require(network, FileName().IsMatch(network.Name), "Include", network.Name, "a name of letters, digits, \".\", \"-\" and \"_\"");
        foreach (var name in network.MatchNames)
            Require(network, name.Length > 0 && !name.Any(letter => char.IsWhiteSpace(letter) || char.IsControl(letter) || letter == '/'), "Name", name, "names of interfaces or patterns, such as enp1s0 or en*");
        foreach (var address in network.MacAddresses)
            Require(network, MacAddress().IsMatch(address), "MacAddress", address, "an address such as 52:54:00:12:34:56");
        Require(network, network.Dhcp is "" or "yes" or "no" or "ipv4" or "ipv6", "Dhcp", network.Dhcp, "true, false, ipv4 or ipv6");
        foreach (var address in network.Addresses)
            Require(network, IsPrefixed(address), "Addresses", address, "addresses with their prefixes, such as 192.0.2.10/24 or 2001:db8::10/64");
        foreach (var gateway in network.Gateways)
            Require(network, IsAddress(gateway), "Gateway", gateway, "addresses, such as 192.0.2.1 or fe80::1");
        foreach (var server in network.Dns)
            Require(network, IsAddress(server), "Dns", server, "addresses of name servers, such as 192.0.2.53");
        foreach (var domain in network.Domains)
            Require(network, Domain().IsMatch(domain), "Domains", domain, "domains, such as example.org, or ~example.org to ask these servers alone about it");
        Require(network, network.Mtu is null or (>= 68 and <= 65536), "Mtu", $"{network.Mtu}", "68 to 65536 bytes");
        Require(network, network.Vlan is null or (>= 1 and <= HighestVlan), "Vlan", $"{network.Vlan}", $"1 to {HighestVlan}");
        Require(network, network.Vlan is null || FileName().IsMatch(network.Parent), "Parent", network.Parent, "the ImageNetworkInterface that carries the VLAN");
        Require(network, network.Vlan is not null || network.Parent.Length == 0, "Parent", network.Parent, "nothing, where there is no Vlan");
        Require(network, network.Vlan is null || !network.IsBridge, "Kind", "bridge", "nothing, where there is a Vlan");
        if (network.IsBridge || network.Vlan is not null)
            Require(network, network.Name.Length <= LongestInterface && network.MatchNames.Count + network.MacAddresses.Count == 0, "Include", network.Name,
                $"at most {LongestInterface} characters, and no Name or MacAddress: the interface is made with this name");
        Require(network, network.Bridge.Length is 0 or <= LongestInterface && !network.Bridge.Any(char.IsWhiteSpace), "Bridge", network.Bridge, "the name of a bridge, such as br0");
        Require(network, network.Bridge.Length == 0 || network.Addresses.Count + network.Gateways.Count == 0 && network.Dhcp is "" or "no", "Bridge", network.Bridge,
            "no addresses beside it: they belong to the bridge");
    }

    static void Require(NetworkSetting network, bool isRight, string metadata, string found, string expected)
    {
        if (!isRight)
            throw SettingsCheck.Fault(network, "IMG1526", $"{metadata} of ImageNetworkInterface \"{network.Name}\" is \"{found}\"; expected: {expected}.");
    }

    static bool IsAddress(string text) => IPAddress.TryParse(text, out var address)
        && (address.AddressFamily == AddressFamily.InterNetworkV6 || text.Count(letter => letter == '.') == 3) && !text.Contains('%', StringComparison.Ordinal);

    static bool IsPrefixed(string text) => text.Split('/') is [var address, var prefix] && IsAddress(address)
        && int.TryParse(prefix, System.Globalization.NumberStyles.None, null, out var bits) && bits <= (address.Contains(':', StringComparison.Ordinal) ? 128 : 32);

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}\z")]
    private static partial Regex FileName();

    [GeneratedRegex(@"^([0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}\z")]
    private static partial Regex MacAddress();

    [GeneratedRegex(@"^~?(\.|[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*\.?)\z")]
    private static partial Regex Domain();
}
