using System.Diagnostics;
using System.Net;
using System.Net.NetworkInformation;
using ImageSdk.Contracts;
using ImageSdk.Posix;
using ImageSdk.Sandbox.Limits;

namespace ImageSdk.Sandbox.Network;

/// <summary>
/// A network namespace whose packets a program without privileges passes on as connections of its own: pasta or slirp4netns. Sockets of
/// the machine that have no address are out of reach in it, and so are the machine's loopback and what <see cref="Refused"/> lists. It
/// ends with the worker. Of a machine that has only its loopback there is nothing to pass on, and no program.
/// </summary>
sealed class UserNetwork
{
    static readonly TimeSpan patience = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Link-local addresses, at which clouds answer every process with the machine's credentials, and those of Amazon, Alibaba, Azure, Oracle,
    /// Google and Scaleway that are not link-local.
    /// </summary>
    public static IReadOnlyList<IPNetwork> Refused { get; } =
    [
        .. new[]
        {
            "169.254.0.0/16", "fe80::/10", "fd00:ec2::/32", "100.100.100.200/32", "168.63.129.16/32", "192.0.0.192/32", "fd00:c1::a9fe:a9fe/128", "fd20:ce::254/128", "fd00:42::42/128",
        }.Select(text => IPNetwork.Parse(text)),
    ];

    // Left alone, both would make the gateway's address lead to the machine's loopback.
    static readonly PassingProgram[] programs =
    [
        new("pasta", "+sys_admin,+net_admin", "exec \"$@\"", holder =>
            ["--foreground", "--quiet", "--netns-only", "--config-net", "--no-map-gw", "-t", "none", "-u", "none", "-T", "none", "-U", "none", "--netns", $"/proc/{holder}/ns/net"]),
        // It insists on root, gives up what it can of that, and keeps these two directories.
        new("slirp4netns", "+sys_admin,+net_admin,+net_bind_service,+setgid,+setpcap,+setuid",
            "servers=$(cat /etc/resolv.conf); mount -t tmpfs none /run && mount -t tmpfs none /etc && printf '%s\\n' \"$servers\" >/etc/resolv.conf && exec \"$@\"",
            holder => ["--enable-sandbox", "--enable-seccomp", "--configure", "--enable-ipv6", "--mtu=65520", "--disable-host-loopback", "--netns-type=path", $"/proc/{holder}/ns/net", "tap0"])
        {
            IsRoot = true,
        },
    ];

    /// <param name="Capabilities">What it takes to enter the namespace and to make a device there.</param>
    /// <param name="Prelude">What a shell with mounts of its own does before it goes on as the program.</param>
    /// <param name="Arguments">With a process in the namespace.</param>
    sealed record PassingProgram(string Name, string Capabilities, string Prelude, Func<int, string[]> Arguments)
    {
        public bool IsRoot { get; init; }
    }

    readonly NetworkNamespace @namespace;
    readonly PortForwarder forwarder;

    // Looked at again by the program as long as it runs.
    readonly NamespaceHolder holder;

    UserNetwork(NetworkNamespace @namespace, NamespaceHolder holder, string? program)
    {
        (this.@namespace, this.holder, Program) = (@namespace, holder, program);
        forwarder = new(@namespace);
    }

    /// <summary>What passes packets on; null where the machine has no network either.</summary>
    public string? Program { get; }

    /// <summary>Whether a program is installed that can.</summary>
    public static bool IsInstalled => programs.Any(program => ProgramPath.Find(program.Name) is not null);

    /// <returns>Null where no program is installed or works here; what they said is in the list.</returns>
    public static UserNetwork? TryStart(List<string> reasons)
    {
        if (!NetworkInterface.GetAllNetworkInterfaces().Any(device => device is { NetworkInterfaceType: not NetworkInterfaceType.Loopback, OperationalStatus: not OperationalStatus.Down }))
            return TryStartAlone(reasons);
        foreach (var program in programs)
            if (ProgramPath.Find(program.Name) is { } path)
                try
                {
                    if (TryStart(program, path, reasons) is { } started)
                        return started;
                }
                catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
                {
                    reasons.Add($"{program.Name}: {exception.Message}");
                }
        return null;
    }

    static UserNetwork? TryStartAlone(List<string> reasons)
    {
        NamespaceHolder? holder = null;
        try
        {
            holder = StartHolder(Unprivileged);
            var @namespace = NetworkNamespace.Of(holder.Id);
            return BackgroundWork.Start(() =>
            {
                @namespace.Enter();
                NetworkNamespace.StartLoopback();
                return new UserNetwork(@namespace, holder, program: null);
            }).GetAwaiter().GetResult();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            holder?.Dispose();
            reasons.Add(exception.Message);
            return null;
        }
    }

    static NamespaceHolder StartHolder(long user) => NamespaceHolder.Start([], ["--net", "--", .. As(user), "--inh-caps=-all", "--bounding-set=-all"]);

    static UserNetwork? TryStart(PassingProgram program, string path, List<string> reasons)
    {
        // The namespace belongs to the worker's user namespace. One that belonged to another user namespace below would be at the mercy of all
        // commands that run as whoever made that, which root's can (user_namespaces(7)): they could take the refusals away again.
        // The program may look at a process of its own user that has no capabilities.
        var user = program.IsRoot ? 0 : Unprivileged;
        var holder = StartHolder(user);
        try
        {
            var @namespace = NetworkNamespace.Of(holder.Id);
            // The program reads hostile packets: it has no user's rights, where that can be, and no more than it takes to begin.
            string[] confined =
            [
                .. As(user), "--no-new-privs", $"--inh-caps=-all,{program.Capabilities}", $"--ambient-caps=-all,{program.Capabilities}",
                $"--bounding-set=-all,{program.Capabilities}", path, .. program.Arguments(holder.Id),
            ];
            // pasta takes a signal that is ignored already, as .NET leaves this one, for a failure.
            var start = new ProcessStartInfo("/bin/sh",
            [
                "-c", "exec env --default-signal=PIPE \"$@\" 2>&1", "sh", ProgramPath.Find("unshare") ?? "unshare", "--mount", "--propagation", "private", "--",
                "/bin/sh", "-c", program.Prelude, "sh", .. confined,
            ])
            {
                RedirectStandardInput = true, RedirectStandardOutput = true,
            };
            var passing = Process.Start(start)!;
            passing.StandardInput.Close();
            if (Configure(@namespace, passing))
            {
                _ = BackgroundWork.Start(passing.StandardOutput.ReadToEnd);
                return new(@namespace, holder, program.Name);
            }
            Processes.Kill(passing.Id);
            reasons.Add($"{program.Name}: {passing.StandardOutput.ReadToEnd().Trim().ReplaceLineEndings(" ")}");
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

    /// <summary>Of the user nobody, as Debian has it, or of root where there is no other.</summary>
    static long Unprivileged { get; } = IsMapped(Nobody) ? Nobody : 0;

    const long Nobody = 65_534;

    static bool IsMapped(long id) => File.ReadLines("/proc/self/uid_map").Select(line => line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        .Any(fields => fields.Length == 3 && long.Parse(fields[0]) <= id && id < long.Parse(fields[0]) + long.Parse(fields[2]));

    // A namespace with few ids does not let groups be changed.
    static string[] As(long user) =>
        [ProgramPath.Find("setpriv") ?? "setpriv", $"--reuid={user}", $"--regid={user}", IsMapped(Nobody) ? "--clear-groups" : "--keep-groups"];

    /// <summary>Waits until there is a way out, and closes those that must not be taken.</summary>
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
