using System.Collections.Concurrent;
using System.Net;
using ImageSdk.Contracts.Networking;

namespace ImageSdk.Sandbox.Network;

/// <summary>
/// The machine's way to the network: proxies of the environment and of apt's configuration. They serve what a build fetches, and
/// are no part of what it makes: neither an image nor a key of the cache may depend on them.
/// </summary>
/// <param name="variable">A variable of the building process's environment.</param>
sealed class MachineProxies(Func<string, string?> variable, AptProxies apt)
{
    static readonly Lazy<MachineProxies> current = new(() => new(Environment.GetEnvironmentVariable, AptProxies.OfMachine()));

    public static MachineProxies Current => current.Value;

    /// <summary>For commands, by names in both cases; empty where there is no proxy. The environment comes before apt's configuration.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Variables { get; } = [.. Describe(variable, apt)];

    /// <summary>For an apt that does not read the machine's configuration. apt goes by them rather than by variables.</summary>
    public IReadOnlyList<string> AptLines(bool withDetectors) => [.. apt.Lines(withDetectors)];

    /// <summary>For what apt would fetch: apt's configuration comes before the environment.</summary>
    public IWebProxy ForPackages => new PackageProxy(variable, apt);

    /// <summary>Addresses of all proxies, as they are written.</summary>
    public IReadOnlyList<string> Addresses { get; } =
    [
        .. ProxyVariables.Names.Where(name => name != ProxyVariables.NoProxy).Select(name => ProxyVariables.Find(variable, name)).OfType<string>()
            .Concat(apt.Addresses).Distinct(),
    ];

    /// <summary>Host and port of each, by which its traces are recognized.</summary>
    public IEnumerable<string> Authorities => Addresses.Select(TryParse).OfType<Uri>().Select(address => address.Authority).Distinct();

    /// <summary>Users' names with passwords, and passwords, that must not be shown.</summary>
    public IEnumerable<string> Credentials
    {
        get
        {
            foreach (var user in Addresses.Select(TryParse).OfType<Uri>().Select(address => address.UserInfo).Where(user => user.Length > 0).Distinct())
            {
                yield return user;
                yield return Uri.UnescapeDataString(user);
                if (user.IndexOf(':') is var colon and >= 0)
                {
                    yield return user[(colon + 1)..];
                    yield return Uri.UnescapeDataString(user[(colon + 1)..]);
                }
            }
        }
    }

    /// <summary>Reads an address as programs do: without a scheme it is http.</summary>
    public static Uri? TryParse(string address) =>
        Uri.TryCreate(address.Contains("://", StringComparison.Ordinal) ? address : "http://" + address, UriKind.Absolute, out var uri) && uri.Host.Length > 0 ? uri : null;

    static IEnumerable<KeyValuePair<string, string>> Describe(Func<string, string?> variable, AptProxies apt)
    {
        var found = new Dictionary<string, string>();
        foreach (var name in ProxyVariables.Names)
            if (ProxyVariables.Find(variable, name) is { } value)
                found[name] = value;
        var all = found.ContainsKey("all_proxy");
        foreach (var scheme in new[] { "http", "https", "ftp" })
            if (!all && !found.ContainsKey($"{scheme}_proxy") && !apt.IsEmpty && apt.General(scheme) is { } value && !AptProxies.IsDirect(value))
                found[$"{scheme}_proxy"] = value;
        // apt, for one, does not know the word for "all hosts".
        if (found.Keys.All(name => name == ProxyVariables.NoProxy) || new NoProxyList([found.GetValueOrDefault(ProxyVariables.NoProxy, "")]).HasAll)
            yield break;
        var direct = new NoProxyList([found.GetValueOrDefault(ProxyVariables.NoProxy, ""), .. apt.DirectHosts]).Text;
        if (direct.Length > 0)
            found[ProxyVariables.NoProxy] = direct;
        foreach (var (name, value) in found)
        {
            yield return new(name, value);
            yield return new(name.ToUpperInvariant(), value);
        }
    }

    sealed class PackageProxy(Func<string, string?> variable, AptProxies apt) : IWebProxy, ICredentials
    {
        readonly NoProxyList direct = new([ProxyVariables.Find(variable, ProxyVariables.NoProxy) ?? ""]);
        readonly ConcurrentDictionary<string, string> users = new();

        /// <summary>Those of each proxy's own address.</summary>
        public ICredentials? Credentials { get => this; set => throw new NotSupportedException(); }

        public Uri? GetProxy(Uri destination)
        {
            if (Find(destination) is not { } proxy)
                return null;
            if (proxy.UserInfo.Length > 0)
                users[proxy.Authority] = proxy.UserInfo;
            return new UriBuilder(proxy) { UserName = "", Password = "" }.Uri;
        }

        public bool IsBypassed(Uri host) => Find(host) is null;

        public NetworkCredential? GetCredential(Uri uri, string authType)
        {
            if (!users.TryGetValue(uri.Authority, out var user))
                return null;
            var parts = user.Split(':', 2);
            return new(Uri.UnescapeDataString(parts[0]), parts.Length > 1 ? Uri.UnescapeDataString(parts[1]) : "");
        }

        Uri? Find(Uri destination)
        {
            if (apt.Find(destination) is { } own)
                return AptProxies.IsDirect(own) ? null : TryParse(own);
            if (direct.Contains(destination))
                return null;
            return (ProxyVariables.Find(variable, $"{destination.Scheme}_proxy") ?? ProxyVariables.Find(variable, "all_proxy")) is { } value ? TryParse(value) : null;
        }
    }
}
