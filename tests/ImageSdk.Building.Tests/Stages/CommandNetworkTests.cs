using System.Net;
using System.Net.Sockets;
using ImageSdk.Building.Workers;
using ImageSdk.Contracts.Projects;
using ImageSdk.Posix;

namespace ImageSdk.Building.Tests.Stages;

/// <summary>What commands reach of the machine and its surroundings over the network.</summary>
public class CommandNetworkTests(BaseImage @base) : IClassFixture<BaseImage>
{
    // Of the machine: an abstract socket, and ports of its loopback. The script writes what it got through to.
    const string Attack =
        """
        #!/usr/bin/perl
        use Socket;
        open(my $report, '>', '/opt/reached') or die;
        sub attempt {
            my ($name, $family, $address) = @_;
            socket(my $socket, $family, SOCK_STREAM, 0) or return;
            $SIG{ALRM} = sub { die };
            print $report "$name\n" if eval { alarm 5; my $done = connect($socket, $address); alarm 0; $done };
            print $report "$name is refused\n" if $!{EACCES};
        }
        attempt('abstract', AF_UNIX, pack('S a*', AF_UNIX, "\0NAME"));
        attempt('loopback', AF_INET, pack_sockaddr_in(OTHER, inet_aton('127.0.0.1')));
        attempt('named', AF_INET, pack_sockaddr_in(PORT, inet_aton('127.0.0.1')));
        attempt('metadata', AF_INET, pack_sockaddr_in(PORT, inet_aton('169.254.169.254')));
        attempt('link-local', AF_INET6, pack_sockaddr_in6(PORT, Socket::inet_pton(AF_INET6, 'fe80::a9fe:a9fe'), 2));
        attempt('amazon', AF_INET6, pack_sockaddr_in6(PORT, Socket::inet_pton(AF_INET6, 'fd00:ec2::254')));
        attempt('azure', AF_INET, pack_sockaddr_in(PORT, inet_aton('168.63.129.16')));
        # What passes packets on may take the gateway's address for the machine's loopback.
        attempt('gateway', AF_INET, pack_sockaddr_in(OTHER, pack('H*', join '', reverse $1 =~ /../g))) if `cat /proc/net/route` =~ /\t00000000\t([0-9A-F]{8})\t/;
        # What refuses addresses is part of the command's own network: RTM_DELRULE with FRA_PRIORITY and FRA_DST.
        socket(my $routing, 16, SOCK_RAW, 0) or die;
        send $routing, pack('L S S L L C12 S S L S S a4', 44, 33, 5, 1, 0, 2, 16, 0, 0, 0, 0, 0, 8, 0, 0, 0, 0, 8, 6, 10, 8, 1, inet_aton('169.254.0.0')), 0;
        recv $routing, my $answer, 4096, 0;
        print $report 'rules: ', unpack('x16 l', $answer), "\n";
        print $report "end\n";
        """;

    static bool IsInstalled(string program) => File.Exists($"/usr/bin/{program}") || File.Exists($"/bin/{program}");

    sealed class Machine : IDisposable
    {
        readonly Socket @abstract = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        readonly TcpListener[] listeners = [new(IPAddress.Loopback, 0), new(IPAddress.Loopback, 0)];

        public Machine()
        {
            Name = $"imagesdk-test-{Guid.NewGuid():n}";
            @abstract.Bind(new UnixDomainSocketEndPoint($"\0{Name}"));
            @abstract.Listen();
            foreach (var listener in listeners)
                listener.Start();
        }

        public string Name { get; }

        public int Port => ((IPEndPoint)listeners[0].LocalEndpoint).Port;

        public int OtherPort => ((IPEndPoint)listeners[1].LocalEndpoint).Port;

        public string Attack => CommandNetworkTests.Attack.Replace("NAME", Name, StringComparison.Ordinal).Replace("PORT", $"{Port}", StringComparison.Ordinal)
            .Replace("OTHER", $"{OtherPort}", StringComparison.Ordinal);

        public void Dispose()
        {
            @abstract.Dispose();
            foreach (var listener in listeners)
                listener.Dispose();
        }
    }

    [ImageTheory]
    [InlineData("pasta")]
    [InlineData("slirp4netns")]
    public async Task By_default_sockets_of_the_machine_and_metadata_are_out_of_reach(string program)
    {
        if (!IsInstalled(program))
            return;
        using var machine = new Machine();
        using var workspace = Without(program == "pasta" ? "slirp4netns" : "pasta");
        var (project, directory) = @base.New();
        ImageWorkspace.Write(directory, "scripts/attack", machine.Attack);
        var result = await workspace.BuildAndPublishAsync(project with { Sandbox = project.Sandbox with { HostPorts = [machine.Port] } });
        Assert.True(result.Listener.OutputLines.Contains($"Commands have a network of their own ({program})."), string.Join('\n', result.Listener.OutputLines));
        Assert.Equal(["named", "metadata is refused", "link-local is refused", "amazon is refused", "azure is refused", "rules: -1", "end"],
            workspace.ReadFile(project, "/opt/reached").Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [ImageFact]
    public async Task The_machines_network_is_there_where_a_project_wants_it()
    {
        using var machine = new Machine();
        var (project, directory) = @base.New();
        ImageWorkspace.Write(directory, "scripts/attack", machine.Attack);
        await @base.Workspace.BuildAndPublishAsync(project with { Sandbox = project.Sandbox with { Isolation = NetworkIsolation.Host } });
        var reached = @base.Workspace.ReadFile(project, "/opt/reached").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Superset(new HashSet<string> { "abstract", "loopback", "named", "end" }, reached.ToHashSet());
    }

    // It has listeners of its own there, which end after a while.
    const string OnlyLoopback =
        """
        exec unshare --net sh -c 'ip link set lo up 2>/dev/null || exit 3
        perl -MSocket -e "for my \$port (@ARGV) { socket(my \$s, AF_INET, SOCK_STREAM, 0); bind(\$s, pack_sockaddr_in(\$port, INADDR_LOOPBACK)) or die; listen(\$s, 9); push @s, \$s } alarm 120; sleep 120" PORT OTHER </dev/null >/dev/null 2>&1 &
        exec "$@"' sh DOTNET "$@"
        """;

    [ImageFact]
    public async Task A_machine_that_has_only_its_loopback_needs_no_program()
    {
        // Of the worker's user namespace, in which it starts: an ordinary user's may do so, too.
        using var machine = new Machine();
        using var workspace = WithHost(OnlyLoopback.Replace("PORT", $"{machine.Port}", StringComparison.Ordinal)
            .Replace("OTHER", $"{machine.OtherPort}", StringComparison.Ordinal).Replace("DOTNET", TestHost.Dotnet, StringComparison.Ordinal));
        var (project, directory) = @base.New();
        ImageWorkspace.Write(directory, "scripts/attack", machine.Attack);
        var result = await workspace.BuildAndPublishAsync(project with { Sandbox = project.Sandbox with { Isolation = NetworkIsolation.Isolated, HostPorts = [machine.Port] } });
        Assert.True(result.Listener.OutputLines.Contains("Commands have a network of their own (the machine has only its loopback)."), string.Join('\n', result.Listener.OutputLines));
        Assert.Superset(new HashSet<string> { "named", "end" }, workspace.ReadFile(project, "/opt/reached").Split('\n', StringSplitOptions.RemoveEmptyEntries).ToHashSet());
        Assert.DoesNotContain("loopback", workspace.ReadFile(project, "/opt/reached").Split('\n'));
    }

    /// <summary>A workspace whose worker does not find some programs.</summary>
    ImageWorkspace Without(params string[] names)
    {
        var empty = Directory.CreateDirectory(Path.Combine(@base.Workspace.Folder, "no program")).FullName;
        var none = Path.Combine(empty, "none");
        File.WriteAllText(none, "");
        var covers = names.Where(IsInstalled).Select(name => $"mount --bind '{none}' \"$(readlink -f /usr/bin/{name})\"");
        return WithHost($"{string.Join('\n', covers)}\nexec '{TestHost.Dotnet}' \"$@\"");
    }

    /// <summary>A workspace whose worker is started by a script.</summary>
    ImageWorkspace WithHost(string script)
    {
        var program = Path.Combine(@base.Workspace.Folder, $"dotnet-{Guid.NewGuid():n}");
        File.WriteAllText(program, $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(program, (UnixFileMode)0x1ED);
        return new ImageWorkspace { Store = @base.Workspace.Store, Workers = new BuildWorkers(TestHost.WorkerAssembly, program) };
    }

    [ImageFact]
    public async Task Without_a_program_for_it_abstract_sockets_are_cut_off_where_the_kernel_can()
    {
        using var machine = new Machine();
        using var workspace = Without("pasta", "slirp4netns");
        var (project, directory) = @base.New();
        ImageWorkspace.Write(directory, "scripts/attack", machine.Attack);
        var result = await workspace.BuildAndPublishAsync(project);
        var reached = workspace.ReadFile(project, "/opt/reached").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(!AbstractSockets.CanCutOff, reached.Contains("abstract"));
        Assert.Contains("loopback", reached);
        Assert.Single(result.Listener.OutputLines, line => line.StartsWith("IMG3262: ", StringComparison.Ordinal));
        Assert.Empty(result.Listener.Warnings);
        var insisting = project with { Sandbox = project.Sandbox with { Isolation = NetworkIsolation.Isolated }, Variables = [new("OTHER", "key")] };
        Assert.Equal("IMG3263", (await workspace.FailAsync(insisting)).Diagnostic.Code);
    }

    // A script puts its own program in the place of the packager, and of what else later stages run.
    const string Report = "#!/bin/sh\n[ \"$1\" = run ] && { shift; exec \"$@\"; }\nfor line in $(cut -d: -f1 /proc/net/dev | tail -n +3); do [ $line = lo ] || echo \"$1 sees $line\" >> /opt/seen; done\nexit 0\n";

    [ImageFact]
    public async Task Without_the_network_no_stage_has_it()
    {
        var (project, directory) = @base.New();
        ImageWorkspace.Write(directory, "files/opt/report", Report, executable: true);
        ImageWorkspace.Write(directory, "pre-install-scripts/replace", "#!/bin/sh\nset -e\ntouch /opt/seen\ncp /opt/report /bin/generic-packager\n");
        ImageWorkspace.Write(directory, "package-list", "less\n");
        ImageWorkspace.Write(directory, "scripts/look", "#!/bin/sh\n/opt/report script\n");
        ImageWorkspace.Write(directory, "post-cleanup-scripts/look", "#!/bin/sh\n/opt/report post-cleanup\n");
        ImageWorkspace.Write(directory, "tests/look", "#!/bin/sh\n/opt/report test\ntest ! -s /opt/seen\n");
        await @base.Workspace.BuildAndPublishAsync(project with { Sandbox = project.Sandbox with { ScriptsNetwork = false } });
        Assert.Equal("", @base.Workspace.ReadFile(project, "/opt/seen"));
    }

    [ImageFact]
    public async Task Clean_up_and_lists_never_have_the_network()
    {
        var (project, directory) = @base.New();
        ImageWorkspace.Write(directory, "files/opt/report", Report, executable: true);
        ImageWorkspace.Write(directory, "scripts/replace", "#!/bin/sh\nset -e\ntouch /opt/seen\ncp /opt/report /bin/generic-packager\n");
        await @base.Workspace.BuildAndPublishAsync(project);
        Assert.Equal("", @base.Workspace.ReadFile(project, "/opt/seen"));
    }
}
