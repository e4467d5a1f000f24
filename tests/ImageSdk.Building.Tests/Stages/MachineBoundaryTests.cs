using ImageSdk.Building.State;
using ImageSdk.Building.Tests.DebianPackages;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Projects;
using ImageSdk.Posix;
using ImageSdk.Sandbox.Logging;
using ImageSdk.Sandbox.Roots;

namespace ImageSdk.Building.Tests.Stages;

/// <summary>What a build's commands can reach of the building machine's kernel, and what answers them where they ask for more.</summary>
public class MachineBoundaryTests(BaseImage @base) : IClassFixture<BaseImage>
{
    /// <summary>Opens all that is in /proc, /sys and /dev for writing, and tells what could be; then writes what would be seen outside.</summary>
    const string Attack =
        """
        #!/usr/bin/perl
        use Fcntl;
        my %system = `uname -m` =~ /aarch64/ ? (mount => 40, unmount => 39) : (mount => 165, unmount => 166);
        open(my $report, '>', '/opt/reached') or die;
        sub probe {
            my ($path) = @_;
            return if -l $path or $path =~ m,^/proc/(self|thread-self|[2-9]\d*|1\d+)$,;
            if (-d $path) {
                my $made = "$path/made";
                if (mkdir $made) { rmdir $made; print $report "d $path\n" }
                opendir(my $directory, $path) or return;
                my @names = grep { !/^\.\.?$/ } readdir $directory;
                closedir $directory;
                probe("$path/$_") for sort @names;
            } elsif (sysopen(my $file, $path, O_WRONLY | O_NONBLOCK | O_NOCTTY)) {
                # Root may open what is not for writing too; what counts is whether it takes anything.
                print $report "f $path\n" if (stat $file)[2] & 0222 or syswrite($file, "\n");
            }
        }
        sub tamper {
            for my $name ('vm/swappiness', 'kernel/panic', 'net/ipv4/ip_default_ttl', 'fs/lease-break-time') {
                sysopen(my $file, "/proc/sys/$name", O_WRONLY) or next;
                print $report "f $name\n" if syswrite($file, "77\n");
            }
        }
        sub mounts {
            my ($source, $target, $type, $flags) = @_;
            return syscall($system{mount}, $source, $target, $type, $flags, 0) == 0;
        }
        probe($_) for ('/proc', '/sys', '/dev');
        tamper();
        # What is read-only must not be made writable again: MS_REMOUNT|MS_BIND, and MNT_DETACH.
        for my $path ('/proc/sys', '/proc', '/sys', '/sys/fs/cgroup', '/proc/irq', '/run/secrets', '/mnt/ro') {
            print $report "remounted $path\n" if mounts('none', $path, 'none', 32 | 4096);
        }
        for my $path ('/proc/sys', '/proc/1', '/proc/kcore', '/sys/firmware', '/dev') {
            my $name = "$path";
            print $report "unmounted $path\n" if syscall($system{unmount}, $name, 2) == 0;
        }
        mkdir '/opt/proc';
        for my $type ('proc', 'sysfs', 'cgroup', 'cgroup2', 'devtmpfs', 'tmpfs', 'debugfs', 'securityfs') {
            print $report "mounted $type\n" if mounts($type, '/opt/proc', $type, 0);
        }
        tamper();
        # What runs when a control group is empty would run outside: in none may its program be named.
        my @agents = glob('/sys/fs/cgroup/release_agent /sys/fs/cgroup/*/release_agent /sys/fs/cgroup/*/notify_on_release /opt/proc/release_agent');
        for my $agent (@agents) {
            sysopen(my $file, $agent, O_WRONLY) or next;
            print $report "agent $agent\n" if syswrite($file, "/opt/attack\n");
        }
        # A node of each of the machine's disks, and one of its memory: made they may be, opened not.
        my @disks = map { /^\s*(\d+)\s+(\d+)\s+\d+\s+\S/ ? "b $1 $2" : () } split /^/, `cat /proc/partitions`;
        for my $directory ('/dev', '/opt', '/tmp', '/dev/shm') {
            for my $node ('b 254 0', 'b 8 0', 'c 1 1', 'c 1 11', 'c 10 237', @disks) {
                system("mknod -m 666 $directory/node $node 2>/dev/null") == 0 or next;
                for my $how (O_RDONLY | O_NONBLOCK, O_WRONLY | O_NONBLOCK, O_RDWR) {
                    print $report "opened $directory $node\n" if -e "$directory/node" and !-f _ and sysopen(my $file, "$directory/node", $how);
                }
                unlink "$directory/node";
            }
        }
        rmdir '/opt/proc';
        print $report "end\n";

        """;

    /// <summary>The sandbox's own: nodes that hold nothing, terminals and memory that end with it.</summary>
    static readonly string[] Own =
        ["d /dev", "d /dev/shm", "f /dev/full", "f /dev/null", "f /dev/pts/ptmx", "f /dev/random", "f /dev/urandom", "f /dev/zero"];

    [ImageFact]
    public async Task Commands_reach_nothing_of_the_machine_that_can_be_written()
    {
        var (project, directory) = @base.New();
        ImageWorkspace.Write(directory, "scripts/attack", Attack);
        // A test's layer is thrown away: it tells by what it prints.
        ImageWorkspace.Write(directory, "tests/attack", "#!/bin/sh\nset -e\n/opt/attack\ncat /opt/reached\n");
        ImageWorkspace.Write(directory, "files/opt/attack", Attack, executable: true);
        var shared = Directory.CreateDirectory(Path.Combine(@base.Workspace.Folder, "shared")).FullName;
        var secret = Path.Combine(@base.Workspace.Folder, "secret");
        File.WriteAllText(secret, "of the attacked");
        project = project with
        {
            Sandbox = project.Sandbox with { BindMounts = [new(shared, "/mnt/ro")], Secrets = [new("s", secret, null)], TestTimeout = TimeSpan.FromMinutes(5) },
        };
        var before = MachineState();
        var steady = MachineState().Where(setting => before.GetValueOrDefault(setting.Key) == setting.Value).ToDictionary();
        var result = await @base.Workspace.BuildAndPublishAsync(project);
        var after = MachineState();
        Assert.Equal(steady, steady.ToDictionary(setting => setting.Key, setting => after.GetValueOrDefault(setting.Key, "")));
        var reached = @base.Workspace.ReadFile(project, "/opt/reached").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("end", reached[^1]);
        Assert.Empty(reached[..^1].Except(Own));
        Assert.Equal(1, result.Listener.OutputLines.Count(line => line == "end"));
        Assert.Empty(result.Listener.OutputLines.Where(line => line.StartsWith("f /", StringComparison.Ordinal) || line.Contains("mounted ", StringComparison.Ordinal)
            || line.StartsWith("opened ", StringComparison.Ordinal) || line.StartsWith("agent ", StringComparison.Ordinal)).Except(Own));
    }

    /// <summary>Settings of the kernel, nodes and mounts: all that an attack from inside could change.</summary>
    static Dictionary<string, string> MachineState()
    {
        var state = new Dictionary<string, string> { ["mounts"] = File.ReadAllText("/proc/self/mounts"), ["devices"] = string.Join(' ', Directory.GetFileSystemEntries("/dev").Order()) };
        foreach (var file in new DirectoryInfo("/proc/sys").EnumerateFiles("*", new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true, AttributesToSkip = 0 })
            .Where(file => file.UnixFileMode.HasFlag(UnixFileMode.UserWrite) && file.Name is not ("ns_last_pid" or "nr_hugepages_mempolicy")))
            try
            {
                state[file.FullName] = File.ReadAllText(file.FullName);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // Some can only be written.
            }
        return state;
    }

    /// <summary>Gives away, closes and dates what is the machine's: nodes, entries of /proc, and the program that the sandbox's first process is.</summary>
    const string Ownership =
        """
        #!/usr/bin/perl
        use Fcntl;
        open(my $report, '>', '/opt/changed') or die;
        sub change {
            my ($path) = @_;
            my @before = stat $path or return;
            print $report "mode $path\n" if chmod $before[2] & 07777, $path;
            print $report "owner $path\n" if chown $before[4], $before[5], $path;
            print $report "time $path\n" if utime $before[8], $before[9], $path;
        }
        change($_) for ('/dev/full', '/dev/null', '/dev/random', '/dev/tty', '/dev/urandom', '/dev/zero', grep { !-l $_ and !m,^/proc/\d, } glob('/proc/*'));
        change($_) for ('/sys', '/sys/kernel', '/sys/kernel/uevent_seqnum', '/proc/1/comm');
        # A thread of the first process is in /proc by a number that nothing covers. Only for x86-64.
        sub thread_of_the_first {
            return unless `uname -m` =~ /x86_64/ and syscall(101, 0x4206, 1, 0, 0) == 0; # PTRACE_SEIZE
            syscall(101, 0x4207, 1, 0, 0); # PTRACE_INTERRUPT
            my ($status, $registers) = ("\0" x 4, "\0" x 216);
            syscall(61, 1, $status, 0x40000000, 0); # wait4, __WALL
            syscall(101, 12, 1, 0, $registers); # PTRACE_GETREGS
            my @registers = unpack 'Q27', $registers;
            my ($instruction, $stack) = @registers[16, 19];
            # It waits in a system call: the same instruction makes a thread, which then pauses for good.
            my ($text, $next) = ("\0" x 8, "\0" x 8);
            syscall(101, 1, 1, $instruction, $text);
            syscall(101, 1, 1, $instruction + 8, $next); # PTRACE_PEEKTEXT
            syscall(101, 4, 1, $instruction, unpack 'q', pack 'H*', 'b8220000000f05eb'); # PTRACE_POKETEXT
            syscall(101, 4, 1, $instruction + 8, unpack 'q', pack 'H2 a7', 'f7', substr $next, 1);
            my @waiting = @registers;
            @registers[10, 15, 14, 13, 12, 7, 9, 16] = (56, -1, 0x10f00, $stack - 65536, 0, 0, 0, $instruction - 2); # clone
            syscall(101, 13, 1, 0, pack 'q27', @registers); # PTRACE_SETREGS
            syscall(101, 9, 1, 0, 0); # PTRACE_SINGLESTEP
            syscall(61, 1, $status, 0x40000000, 0);
            syscall(101, 12, 1, 0, $registers);
            # And waits again, once the thread has come to its pause.
            select undef, undef, undef, 1;
            @waiting[10, 16] = ($waiting[15], $instruction - 2);
            syscall(101, 4, 1, $instruction, unpack 'q', $text);
            syscall(101, 4, 1, $instruction + 8, unpack 'q', $next);
            syscall(101, 13, 1, 0, pack 'q27', @waiting);
            syscall(101, 17, 1, 0, 0); # PTRACE_DETACH
            return (unpack 'q27', $registers)[10];
        }
        my $thread = thread_of_the_first();
        if ($thread) {
            print $report "lost\n" unless -e "/proc/$thread/exe";
            change("/proc/$thread/exe");
            print $report "opened\n" if sysopen(my $file, "/proc/$thread/exe", O_WRONLY);
            open(my $arguments, '<', "/proc/$thread/cmdline");
            print $report "$_\n" for grep { index($_, 'FOLDER') >= 0 } split /\0/, <$arguments>;
            open(my $environment, '<', "/proc/$thread/environ");
            print $report "$_\n" for grep { index($_, 'FOLDER') >= 0 } split /\0/, <$environment>;
        }
        print $report "end\n";

        """;

    [ImageFact]
    public async Task What_is_the_machines_keeps_its_owner_and_permissions()
    {
        var (project, directory) = @base.New();
        ImageWorkspace.Write(directory, "scripts/attack", Ownership.Replace("FOLDER", @base.Workspace.CacheDirectory, StringComparison.Ordinal));
        var before = Directory.GetFileSystemEntries("/dev").Append("/usr/bin/bwrap").ToDictionary(path => path, File.GetLastWriteTimeUtc);
        await @base.Workspace.BuildAndPublishAsync(project);
        Assert.Equal("end\n", @base.Workspace.ReadFile(project, "/opt/changed"));
        foreach (var path in new[] { "/dev/null", "/dev/full", "/usr/bin/bwrap" })
            Assert.Equal(before[path], File.GetLastWriteTimeUtc(path));
    }

    /// <summary>Tests run side by side in one root: one of them puts a link into the place that the next one's mounts could come from.</summary>
    [ImageFact]
    public async Task A_test_cannot_have_files_of_the_machine_mounted_for_the_next_one()
    {
        var (below, _) = @base.New();
        below = below with { Packages = ["procps"] };
        await @base.Workspace.BuildAndPublishAsync(below);
        var (project, directory) = @base.New();
        ImageWorkspace.Write(directory, "manifest", $$"""{"SourceImage": "{{below.Stream}}"}""");
        var file = Path.Combine(@base.Workspace.Folder, "of the machine");
        File.WriteAllText(file, "#!/bin/sh\necho of-the-machine\n");
        ImageWorkspace.Write(directory, "tests/00-swap",
            $"#!/bin/sh\nfor n in 1 2 3 4 5 6 7 8 9; do for p in sysctl systemctl mknod; do mv /.imagesdk-programs/$p /.imagesdk-programs/$p.$n; ln -s '{file}' /.imagesdk-programs/$p; done; sleep 0.2; done 2>/dev/null\ntrue\n");
        for (var number = 10; number < 40; number++)
            ImageWorkspace.Write(directory, $"tests/{number}-look", "#!/bin/sh\ncat /proc/1/programs/*\ntrue\n");
        var result = await @base.Workspace.BuildAsync(project with { Sandbox = project.Sandbox with { TestTimeout = TimeSpan.FromMinutes(2) } });
        Assert.DoesNotContain(result.Listener.OutputLines, line => line.Contains("of-the-machine", StringComparison.Ordinal));
    }

    /// <summary>Links of the image must not lead mounts out of it, neither where bubblewrap has the machine's root nor anywhere else.</summary>
    [ImageFact]
    public async Task Links_of_the_image_lead_no_mount_out_of_it()
    {
        var shared = Directory.CreateDirectory(Path.Combine(@base.Workspace.Folder, "shared by links")).FullName;
        var outside = Directory.CreateDirectory(Path.Combine(@base.Workspace.Folder, "outside")).FullName;
        var secret = Path.Combine(@base.Workspace.Folder, "secret of links");
        File.WriteAllText(Path.Combine(shared, "file"), "shared");
        File.WriteAllText(secret, "of the attacked");
        var (below, belowDirectory) = @base.New();
        ImageWorkspace.Write(belowDirectory, "scripts/link",
            $"#!/bin/sh\nset -e\nmkdir -p '/oldroot{outside}' '{outside}'\nrm -rf /opt /run\nln -s '/oldroot{outside}' /opt\nln -s '../..{outside}' /run\nln -s nowhere/yet /srv/dangling\nln -s circle /srv/circle\n");
        await @base.Workspace.BuildAndPublishAsync(below);
        var (project, directory) = @base.New();
        ImageWorkspace.Write(directory, "manifest", $$"""{"SourceImage": "{{below.Stream}}"}""");
        ImageWorkspace.Write(directory, "scripts/look", $"#!/bin/sh\nset -e\ntest \"$(cat '/oldroot{outside}/place/file')\" = shared\ntest -r '{outside}/secrets/s'\ntest \"$(cat /srv/nowhere/yet/file)\" = shared\n");
        project = project with
        {
            Sandbox = project.Sandbox with { BindMounts = [new(shared, "/opt/place"), new(shared, "/srv/dangling")], Secrets = [new("s", secret, null)] },
        };
        var result = await @base.Workspace.BuildAsync(project);
        Assert.Empty(Directory.GetFileSystemEntries(outside));
        Assert.Null(result.Find("/srv/nowhere"));
        project = project with { Sandbox = project.Sandbox with { BindMounts = [new(shared, "/srv/circle/below")] } };
        Assert.Equal("IMG3331", (await @base.Workspace.FailAsync(project)).Diagnostic.Code);
    }

    [Fact]
    public void A_link_in_the_place_of_a_file_system_of_the_kernel_is_an_error()
    {
        var folder = Directory.CreateTempSubdirectory("root ä ");
        try
        {
            Directory.CreateDirectory(Path.Combine(folder.FullName, "dev"));
            File.CreateSymbolicLink(Path.Combine(folder.FullName, "sys"), "/oldroot/tmp");
            using var root = DirectoryHandle.Open(folder.FullName);
            MountTarget.RequireDirectory(root, "dev");
            MountTarget.RequireDirectory(root, "proc");
            Assert.Equal("IMG3330", Assert.Throws<BuildException>(() => MountTarget.RequireDirectory(root, "sys")).Diagnostic.Code);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [ImageFact]
    public async Task What_tells_of_the_machine_is_hidden()
    {
        var (project, directory) = @base.New();
        ImageWorkspace.Write(directory, "scripts/look",
            """
            #!/bin/sh
            for path in /proc/acpi /proc/interrupts /proc/kcore /proc/keys /proc/scsi /proc/timer_list /sys/firmware; do
                if [ -d $path ]; then ls -A $path; elif [ -e $path ]; then head -c 100 $path; fi
            done > /opt/hidden 2>&1
            cat /proc/1/cmdline /proc/1/environ >> /opt/hidden
            cut -d' ' -f4 /proc/self/mountinfo | grep -v '^/$' | sort > /opt/mounts
            cat /proc/meminfo /proc/sys/kernel/ostype /proc/cpuinfo > /opt/seen
            cat /proc/sys/kernel/random/uuid /proc/sys/kernel/random/uuid | uniq | wc -l > /opt/uuids
            """);
        await @base.Workspace.BuildAndPublishAsync(project);
        Assert.Equal("", @base.Workspace.ReadFile(project, "/opt/hidden"));
        Assert.Contains("\nLinux\n", @base.Workspace.ReadFile(project, "/opt/seen"));
        Assert.Equal("2", @base.Workspace.ReadFile(project, "/opt/uuids").Trim());
        Assert.DoesNotContain(@base.Workspace.Folder, @base.Workspace.ReadFile(project, "/opt/mounts"));
    }

    const string SettingsScript =
        """
        #!/bin/sh
        set -e
        sysctl -w vm.swappiness=77
        sysctl -q -p /etc/sysctl.d/vendor.conf
        sysctl --system
        env -i /usr/sbin/sysctl net.ipv4.ip_forward=1
        test "$(sysctl -n kernel.ostype)" = Linux
        test "$(sysctl kernel.ostype)" = "kernel.ostype = Linux"
        test "$(sysctl -n kernel/ostype)" = Linux
        sysctl -a | grep -q '^kernel.ostype = Linux$'
        if sysctl -n no.such.key; then exit 1; fi

        """;

    [ImageFact]
    public async Task Settings_are_not_applied_and_nothing_fails_for_them()
    {
        var (below, _) = @base.New();
        below = below with { Packages = ["procps"] };
        var lower = await @base.Workspace.BuildAndPublishAsync(below);
        var (project, directory) = @base.New();
        ImageWorkspace.Write(directory, "manifest", $$"""{"SourceImage": "{{below.Stream}}"}""");
        var repository = new LocalRepository(Path.Combine(@base.Workspace.Folder, $"repository of {Path.GetFileName(directory)}"));
        repository.Add("vendor", "1", "", ("postinst", SettingsScript));
        project = repository.Use(project with { Packages = ["vendor"] }, directory);
        ImageWorkspace.Write(directory, "files/etc/sysctl.d/vendor.conf", "vm.swappiness=77\n");
        ImageWorkspace.Write(directory, "scripts/settings", SettingsScript);
        var before = File.ReadAllText("/proc/sys/vm/swappiness");
        var result = await @base.Workspace.BuildAsync(project);
        Assert.Equal(before, File.ReadAllText("/proc/sys/vm/swappiness"));
        Assert.Contains(result.Listener.OutputLines, line => line.StartsWith("sysctl: nothing is applied", StringComparison.Ordinal));
        Assert.Equal(lower.Find("/usr/sbin/sysctl"), result.Find("/usr/sbin/sysctl"));
    }

    /// <summary>As vendors' packages and users' scripts have them; env -i: none of it may depend on a variable.</summary>
    const string ServiceScript =
        """
        #!/bin/sh
        set -e
        systemctl daemon-reload
        systemctl restart vendor.service
        systemctl enable --now vendor.service
        systemctl --system try-restart vendor.service
        env -i /bin/systemctl daemon-reload
        env -i /usr/bin/systemctl start vendor.service
        env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin deb-systemd-invoke restart vendor.service
        env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin invoke-rc.d vendor restart
        systemd-detect-virt --chroot
        ischroot
        test ! -e /opt/started

        """;

    const string Unit = "[Service]\nExecStart=/bin/touch /opt/started\n[Install]\nWantedBy=multi-user.target\n";

    [ImageFact]
    public async Task Services_are_enabled_and_never_started()
    {
        var (below, _) = @base.New();
        below = below with { Packages = ["systemd"] };
        await @base.Workspace.BuildAndPublishAsync(below);
        var (project, directory) = @base.New();
        ImageWorkspace.Write(directory, "manifest", $$"""{"SourceImage": "{{below.Stream}}"}""");
        var repository = new LocalRepository(Path.Combine(@base.Workspace.Folder, $"repository of {Path.GetFileName(directory)}"));
        repository.Add("vendor", "1", "", ("postinst", ServiceScript));
        project = repository.Use(project with { Packages = ["vendor"] }, directory);
        ImageWorkspace.Write(directory, "files/usr/lib/systemd/system/vendor.service", Unit);
        ImageWorkspace.Write(directory, "files/usr/lib/systemd/system/later.service", Unit);
        ImageWorkspace.Write(directory, "files/etc/init.d/vendor", "#!/bin/sh\n### BEGIN INIT INFO\n# Provides: vendor\n# Default-Start: 2 3 4 5\n# Default-Stop: 0 1 6\n### END INIT INFO\ntouch /opt/started\n", executable: true);
        ImageWorkspace.Write(directory, "scripts/services", ServiceScript.Replace("vendor.service", "later.service", StringComparison.Ordinal));
        ImageWorkspace.Write(directory, "tests/services", "#!/bin/sh\nset -e\nsystemctl daemon-reload\nsystemctl start later.service\n");
        var result = await @base.Workspace.BuildAsync(project);
        Assert.NotNull(result.Find("/etc/systemd/system/multi-user.target.wants/vendor.service"));
        Assert.NotNull(result.Find("/etc/systemd/system/multi-user.target.wants/later.service"));
        Assert.Null(result.Find("/usr/sbin/policy-rc.d"));
    }

    [ImageFact]
    public async Task A_policy_of_the_images_own_stays()
    {
        var (brings, directory) = @base.New();
        ImageWorkspace.Write(directory, "files/usr/sbin/policy-rc.d", "#!/bin/sh\nexit 104\n", executable: true);
        ImageWorkspace.Write(directory, "scripts/look", "#!/bin/sh\nset -e\ngrep 104 /usr/sbin/policy-rc.d\n");
        await @base.Workspace.BuildAndPublishAsync(brings);
        Assert.Equal("#!/bin/sh\nexit 104\n", @base.Workspace.ReadFile(brings, "/usr/sbin/policy-rc.d"));

        var (writes, writingDirectory) = @base.New();
        ImageWorkspace.Write(writingDirectory, "scripts/1-write", "#!/bin/sh\nset -e\n/usr/sbin/policy-rc.d || test $? = 101\nprintf '#!/bin/sh\\nexit 101\\n' > /usr/sbin/policy-rc.d\n");
        ImageWorkspace.Write(writingDirectory, "scripts/2-next", "#!/bin/sh\nexit 0\n");
        await @base.Workspace.BuildAndPublishAsync(writes);
        Assert.Equal("#!/bin/sh\nexit 101\n", @base.Workspace.ReadFile(writes, "/usr/sbin/policy-rc.d"));
    }
}
