using System.Text;
using System.Text.RegularExpressions;

namespace ImageSdk.Building.Applications;

/// <summary>
/// A unit that runs an application (systemd.service(5), systemd.exec(5)), confined to what a network service needs: a user of its own that
/// exists while it runs, a read-only system, a folder in /var/lib, no capabilities beyond a port below 1024.
/// </summary>
static partial class ServiceUnit
{
    const string HttpPorts = "ASPNETCORE_HTTP_PORTS";

    /// <summary>What the .NET host for systemd is called: a program that has it says when it is ready.</summary>
    const string Notifier = "Microsoft.Extensions.Hosting.Systemd.dll";

    public static string Write(ImageApplication application, RuntimeConfiguration? configuration)
    {
        var text = new StringBuilder();
        text.Append($"[Unit]\nDescription={Escape(application.Name)}\nWants=network-online.target\nAfter=network-online.target\n\n[Service]\n");
        text.Append($"Type={(File.Exists(Path.Combine(application.Directory, Notifier)) ? "notify" : "exec")}\n");
        text.Append($"ExecStart={string.Join(' ', application.Command(configuration).Concat(application.Arguments).Select(Word))}\n");
        text.Append($"WorkingDirectory={Escape(application.WorkingDirectory.Length > 0 ? application.WorkingDirectory : application.TargetPath)}\n");
        foreach (var (name, value) in EnvironmentOf(application, configuration))
            text.Append($"Environment={Word($"{name}={value}", dollar: "$")}\n");
        text.Append("Restart=on-failure\nRestartSec=2s\n");
        var isRoot = AddUser(text, application);
        text.Append($"StateDirectory={application.Service}\nUMask=0077\n");
        text.Append("""
            NoNewPrivileges=yes
            ProtectSystem=strict
            ProtectHome=yes
            PrivateTmp=yes
            PrivateDevices=yes
            ProtectClock=yes
            ProtectControlGroups=yes
            ProtectHostname=yes
            ProtectKernelLogs=yes
            ProtectKernelModules=yes
            ProtectKernelTunables=yes
            ProtectProc=invisible
            RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK
            RestrictNamespaces=yes
            RestrictRealtime=yes
            RestrictSUIDSGID=yes
            LockPersonality=yes
            SystemCallArchitectures=native
            SystemCallFilter=@system-service
            SystemCallErrorNumber=EPERM

            """.ReplaceLineEndings("\n"));
        if (!isRoot)
        {
            var capability = application.Ports.Any(port => PortNumber(port) < 1024) ? "CAP_NET_BIND_SERVICE" : "";
            text.Append($"CapabilityBoundingSet={capability}\n");
            if (capability.Length > 0)
                text.Append($"AmbientCapabilities={capability}\n");
        }
        return text.Append("\n[Install]\nWantedBy=multi-user.target\n").ToString();
    }

    /// <summary>The application's variables; ports are said to ASP.NET Core where no variable says an address.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> EnvironmentOf(ImageApplication application, RuntimeConfiguration? configuration)
    {
        var ports = application.Ports.Where(port => !port.Contains('/', StringComparison.Ordinal) || port.EndsWith("/tcp", StringComparison.OrdinalIgnoreCase)).Select(PortNumber).ToList();
        if (configuration is not { IsWeb: true } || ports.Count == 0 || application.Environment.Any(variable => AddressVariable().IsMatch(variable.Key)))
            return application.Environment;
        return [.. application.Environment, new(HttpPorts, string.Join(';', ports))];
    }

    /// <returns>Whether it is root.</returns>
    static bool AddUser(StringBuilder text, ImageApplication application)
    {
        var parts = application.User.Split(':', 2);
        var isRoot = parts[0] is "root" or "0";
        // systemd takes no number for a user that it makes.
        if (!isRoot && !char.IsAsciiDigit(parts[0].FirstOrDefault()))
            text.Append("DynamicUser=yes\n");
        if (parts[0].Length > 0)
            text.Append($"User={Escape(parts[0])}\n");
        if (parts.Length > 1)
            text.Append($"Group={Escape(parts[1])}\n");
        return isRoot;
    }

    static int PortNumber(string port) => int.TryParse(port.Split('/')[0], out var number) ? number : int.MaxValue;

    /// <summary>A word of a command line or an assignment, in quotes where it needs them.</summary>
    static string Word(string word) => Word(word, dollar: "$$");

    static string Word(string word, string dollar)
    {
        var escaped = Escape(word.Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("\n", "\\n").Replace("$", dollar));
        return PlainWord().IsMatch(word) ? escaped : $"\"{escaped}\"";
    }

    static string Escape(string text) => text.Replace("%", "%%");

    [GeneratedRegex(@"^[\w@%+=:,./$-]+$")]
    private static partial Regex PlainWord();

    [GeneratedRegex("^(ASPNETCORE|DOTNET)_(URLS|HTTP_PORTS|HTTPS_PORTS)$")]
    private static partial Regex AddressVariable();
}
