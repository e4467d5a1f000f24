using System.Diagnostics;
using System.Net;
using ImageSdk.Contracts;
using ImageSdk.Posix;
using ImageSdk.Sandbox.Limits;

namespace ImageSdk.Sandbox.Network;

/// <summary>
/// A network namespace whose packets a program without privileges passes on as connections of its own: pasta or slirp4netns. Sockets of
/// the machine that have no address are out of reach in it, and so are the machine's loopback and what <see cref="Refused"/> lists. It
/// ends with the worker.
/// </summary>
sealed class UserNetwork
{
    static readonly TimeSpan patience = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Link-local addresses, at which clouds answer every process with the machine's credentials, and those of Amazon and Alibaba that are
    /// not link-local.
    /// </summary>
    public static IReadOnlyList<IPNetwork> Refused { get; } =
        [.. new[] { "169.254.0.0/16", "fe80::/10", "fd00:ec2::/32", "100.100.100.200/32" }.Select(text => IPNetwork.Parse(text))];

    static readonly (string Program, Func<int, string[]> Arguments)[] programs =
    [
        ("pasta", holder =>
            ["--foreground", "--quiet", "--runas", "0:0", "--netns-only", "--config-net", "-t", "none", "-u", "none", "-T", "none", "-U", "none", "--netns", $"/proc/{holder}/ns/net"]),
        ("slirp4netns", holder => ["--configure", "--enable-ipv6", "--mtu=65520", "--disable-host-loopback", "--netns-type=path", $"/proc/{holder}/ns/net", "tap0"]),
    ];

    readonly NetworkNamespace @namespace;
    readonly PortForwarder forwarder;

    // Looked at again by the program as long as it runs.
    readonly NamespaceHolder holder;

    UserNetwork(NetworkNamespace @namespace, NamespaceHolder holder, string program)
    {
        (this.@namespace, this.holder, Program) = (@namespace, holder, program);
        forwarder = new(@namespace);
    }

    /// <summary>What passes packets on.</summary>
    public string Program { get; }

    /// <summary>Whether a program is installed that can.</summary>
    public static bool IsInstalled => programs.Any(program => HostPrograms.Find(program.Program) is not null) && HostPrograms.Find("nsenter") is not null;

    /// <returns>Null where no program is installed or works here; what they said is in the list.</returns>
    public static UserNetwork? TryStart(List<string> reasons)
    {
        foreach (var (name, arguments) in programs)
            if (HostPrograms.Find(name) is { } program && HostPrograms.Find("nsenter") is { } enter)
                try
                {
                    if (TryStart(name, program, enter, arguments, reasons) is { } started)
                        return started;
                }
                catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
                {
                    reasons.Add($"{name}: {exception.Message}");
                }
        return null;
    }

    static UserNetwork? TryStart(string name, string program, string enter, Func<int, string[]> arguments, List<string> reasons)
    {
        // In a user namespace of its own too, whose root is an unprivileged user outside: the program reads hostile packets.
        using var made = NamespaceHolder.Start([], "--user", "--net");
        made.MapUsers(NobodyMap("uid_map"), NobodyMap("gid_map"));
        // The program gives up most capabilities before it looks at the namespace: it may look at a process of its own user that has none.
        var holder = NamespaceHolder.Join(made, enter);
        try
        {
            var @namespace = NetworkNamespace.Of(holder.Id);
            // pasta takes a signal that is ignored already, as .NET leaves this one, for a failure.
            var start = new ProcessStartInfo("/bin/sh", ["-c", "exec env --default-signal=PIPE \"$@\" 2>&1", "sh", enter, $"--user=/proc/{holder.Id}/ns/user", "--", program, .. arguments(holder.Id)])
            {
                RedirectStandardInput = true, RedirectStandardOutput = true,
            };
            var passing = Process.Start(start)!;
            passing.StandardInput.Close();
            if (Configure(@namespace, passing))
            {
                _ = BackgroundWork.Start(passing.StandardOutput.ReadToEnd);
                return new(@namespace, holder, name);
            }
            Processes.Kill(passing.Id);
            reasons.Add($"{name}: {passing.StandardOutput.ReadToEnd().Trim().ReplaceLineEndings(" ")}");
            @namespace.Dispose();
        }
        catch
        {
            holder.Dispose();
            throw;
        }
        holder.Dispose();
        return null;
    }

    // nobody of Debian, or root where there is no other.
    static string NobodyMap(string map)
    {
        const long nobody = 65_534;
        var isThere = File.ReadLines($"/proc/self/{map}").Select(line => line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
            .Any(fields => fields.Length == 3 && long.Parse(fields[0]) <= nobody && nobody < long.Parse(fields[0]) + long.Parse(fields[2]));
        return $"0 {(isThere ? nobody : 0)} 1\n";
    }

    /// <summary>Waits until there is a way out, and closes those that nobody is to take.</summary>
    /// <returns>False where the program has ended.</returns>
    static bool Configure(NetworkNamespace @namespace, Process passing) => BackgroundWork.Start(() =>
    {
        @namespace.Enter();
        for (var start = Stopwatch.GetTimestamp(); !HasRoute(); Thread.Sleep(1))
            if (passing.HasExited || Stopwatch.GetElapsedTime(start) > patience)
                return false;
        foreach (var network in Refused)
            NetworkNamespace.Refuse(network);
        return true;
    }).GetAwaiter().GetResult();

    static bool HasRoute() => File.ReadLines("/proc/thread-self/net/route").Any(line => line.Split('\t') is [_, "00000000", ..])
        || File.Exists("/proc/thread-self/net/ipv6_route") && File.ReadLines("/proc/thread-self/net/ipv6_route")
            .Any(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var destination, "00", .., var device] && destination.All(digit => digit == '0') && device != "lo");

    /// <summary>Lets commands reach ports of the machine itself by the addresses at which its own programs do.</summary>
    public void Forward(IEnumerable<IPEndPoint> ports) => forwarder.Add(ports);

    /// <summary>The calling thread, and what it starts, is in the network from now on.</summary>
    public void Enter() => @namespace.Enter();
}
