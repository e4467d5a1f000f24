using System.Globalization;

namespace ImageSdk.Machines.Qemu;

/// <summary>A TCP port of this machine, on its loopback address, that leads to one of the booted machine.</summary>
public readonly record struct PortForward(ushort Host, ushort Guest)
{
    /// <summary>"8080:80", host first. False for anything else.</summary>
    public static bool TryParse(string text, out PortForward forward)
    {
        forward = default;
        var parts = text.Split(':');
        if (parts.Length != 2 || !TryParsePort(parts[0], out var host) || !TryParsePort(parts[1], out var guest))
            return false;
        forward = new(host, guest);
        return true;
    }

    static bool TryParsePort(string text, out ushort port) =>
        ushort.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out port) && port > 0;
}
