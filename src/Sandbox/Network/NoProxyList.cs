using System.Net;

namespace ImageSdk.Sandbox.Network;

/// <summary>
/// Which hosts are reached without a proxy, in the words of no_proxy: names, which count for all names below them too,
/// with or without a leading dot; addresses; networks in CIDR notation; each with a port or without; and * for all.
/// </summary>
sealed class NoProxyList
{
    readonly List<string> entries;

    public NoProxyList(IEnumerable<string> entries) =>
        this.entries = [.. entries.SelectMany(text => text.Split([',', ' ', '\t'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))];

    /// <summary>
    /// For programs that take a name without a leading dot for that one host: the list, with the names below each as well.
    /// </summary>
    public string Text => string.Join(',', entries.SelectMany<string, string>(entry =>
        IsName(entry) && !entries.Contains("." + entry) ? [entry, "." + entry] : [entry]));

    /// <summary>Whether no host is reached through a proxy.</summary>
    public bool HasAll => entries.Contains("*");

    public bool Contains(Uri address) => entries.Exists(entry => Matches(entry, address));

    static bool IsName(string entry) => entry is not ['.', ..] && entry.AsSpan().IndexOfAny("*/:[") < 0 && !IPAddress.TryParse(entry, out _);

    static bool Matches(string entry, Uri address)
    {
        var host = address.IdnHost;
        if (entry == "*")
            return true;
        if (entry.Contains('/'))
            return IPNetwork.TryParse(entry, out var network) && IPAddress.TryParse(host, out var member) && network.Contains(member);
        if (IPAddress.TryParse(entry.Trim('[', ']'), out var listed))
            return IPAddress.TryParse(host, out var own) && own.Equals(listed);
        if (entry.LastIndexOf(':') is var colon and > 0 && ushort.TryParse(entry.AsSpan(colon + 1), out var port))
        {
            if (port != address.Port)
                return false;
            return Matches(entry[..colon], address);
        }
        // "*.example.org" is what some write for ".example.org".
        var name = entry.TrimStart('*').TrimStart('.');
        return name.Length > 0 && (host.Equals(name, StringComparison.OrdinalIgnoreCase) || host.EndsWith("." + name, StringComparison.OrdinalIgnoreCase));
    }
}
