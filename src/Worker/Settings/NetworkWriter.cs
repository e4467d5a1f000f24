using System.Text;
using ImageSdk.Contracts.Settings;
using ImageSdk.Sandbox.Commands;

namespace ImageSdk.Worker.Settings;

/// <summary>Files of systemd-networkd (systemd.network(5), systemd.netdev(5)), and the services that read them.</summary>
sealed class NetworkWriter(RootText root, StageContext context)
{
    const string Folder = "etc/systemd/network", Daemon = "systemd-networkd.service", Resolver = "systemd-resolved.service";

    public void Apply(IReadOnlyList<NetworkSetting> networks)
    {
        var units = new UnitDirectories(root);
        var first = networks[0];
        if (units.Find(Daemon) is not { } daemon)
            throw SettingFault.Of(first, "IMG1527", $"The image has no {Daemon}, which ImageNetworkInterface items are for. Add <ImagePackage Include=\"systemd\" />, or the package that has it in this distribution.");
        foreach (var network in networks)
        {
            if (DeviceOf(network) is { } device)
                root.Write($"{Folder}/50-{network.Name}.netdev", device);
            root.Write($"{Folder}/50-{network.Name}.network", Describe(network));
            // By a drop-in, as the parent may be of a source image.
            if (network.Vlan is not null)
            {
                if (!root.Exists($"{Folder}/50-{network.Parent}.network") && !networks.Any(other => other.Name == network.Parent))
                    throw SettingFault.Of(network, "IMG1527", $"Parent of ImageNetworkInterface \"{network.Name}\" is \"{network.Parent}\", and there is none{SettingFault.Near(network.Parent, [.. networks.Select(other => other.Name)])}. Name the item that carries the VLAN.");
                root.Write($"{Folder}/50-{network.Parent}.network.d/{network.Name}.conf", $"[Network]\nVLAN={network.Name}\n");
            }
        }
        units.Enable(daemon);
        context.Log($"Networks {string.Join(", ", networks.Select(network => network.Name))}");
        if (units.Find(Resolver) is { } resolver)
        {
            units.Enable(resolver);
            root.Link("etc/resolv.conf", "../run/systemd/resolve/stub-resolv.conf");
        }
        else if (networks.FirstOrDefault(network => network.Dns.Count > 0) is { } static_)
            throw SettingFault.Of(static_, "IMG1527", $"Dns of ImageNetworkInterface \"{static_.Name}\" has no effect: the image has no {Resolver}. Add <ImagePackage Include=\"systemd-resolved\" />, or leave Dns out and write /etc/resolv.conf.");
        else if (networks.FirstOrDefault(network => network.Dhcp is "yes" or "ipv4" or "ipv6") is { } dynamic)
            context.Warn("IMG1528", $"The machine is not going to know its name servers: the image has no {Resolver}, which takes them from DHCP. Add <ImagePackage Include=\"systemd-resolved\" />.", dynamic.File, dynamic.Line);
    }

    static string? DeviceOf(NetworkSetting network) => network switch
    {
        { Vlan: { } id } => $"[NetDev]\nName={network.Name}\nKind=vlan\n\n[VLAN]\nId={id}\n",
        { IsBridge: true } => $"[NetDev]\nName={network.Name}\nKind=bridge\n",
        _ => null,
    };

    /// <summary>The .network file.</summary>
    internal static string Describe(NetworkSetting network)
    {
        var text = new StringBuilder("[Match]\n");
        if (network.MacAddresses.Count > 0)
            text.Append($"MACAddress={string.Join(' ', network.MacAddresses)}\n");
        if (network.MatchNames.Count > 0)
            text.Append($"Name={string.Join(' ', network.MatchNames)}\n");
        else if (network.MacAddresses.Count == 0)
            text.Append($"Name={network.Name}\n");
        // What is made on it has its address.
        if (network.MacAddresses.Count > 0)
            text.Append("Type=!vlan bridge\n");
        if (network.Mtu is not null || !network.IsRequired)
            text.Append("\n[Link]\n");
        if (network.Mtu is { } mtu)
            text.Append($"MTUBytes={mtu}\n");
        if (!network.IsRequired)
            text.Append("RequiredForOnline=no\n");
        text.Append("\n[Network]\n");
        if (network.Dhcp.Length > 0)
            text.Append($"DHCP={network.Dhcp}\n");
        foreach (var address in network.Addresses)
            text.Append($"Address={address}\n");
        foreach (var gateway in network.Gateways)
            text.Append($"Gateway={gateway}\n");
        foreach (var server in network.Dns)
            text.Append($"DNS={server}\n");
        if (network.Domains.Count > 0)
            text.Append($"Domains={string.Join(' ', network.Domains)}\n");
        if (network.Bridge.Length > 0)
            text.Append($"Bridge={network.Bridge}\n");
        return text.ToString();
    }
}
