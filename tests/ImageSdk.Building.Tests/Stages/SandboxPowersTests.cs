using System.Runtime.InteropServices;
using ImageSdk.Contracts.Projects;
using ImageSdk.Images;
using ImageSdk.Sandbox.Commands;

namespace ImageSdk.Building.Tests.Stages;

/// <summary>What commands may ask of the kernel, and what of the caller's they get.</summary>
public partial class SandboxPowersTests(BaseImage @base) : IClassFixture<BaseImage>
{
    /// <summary>Calls by name: their numbers on x86-64 and 64-bit ARM, and the first arguments.</summary>
    static readonly (string Name, int X64, int Arm64, string Arguments)[] Calls =
    [
        ("bpf", 321, 280, "0, 0, 0"), ("userfaultfd", 323, 282, "0"), ("open_by_handle_at", 304, 265, "-1, 0, 0"), ("keyctl", 250, 219, "0, -3, 0"),
        ("add_key", 248, 217, "0, 0, 0, 0, 0"), ("kexec_load", 246, 104, "0, 0, 0, 0"), ("init_module", 175, 105, "0, 0, 0"), ("finit_module", 313, 273, "-1, 0, 0"),
        ("unshare", 272, 97, "0x10000000"), ("unshare", 272, 97, "0x20000"), ("setns", 308, 268, "-1, 0"), ("fsopen", 430, 430, "0, 0"), ("open_tree", 428, 428, "-1, 0, 1"),
        ("mount", 165, 40, "0, 0, 0, 0, 0"), ("pivot_root", 155, 41, "0, 0"), ("syslog", 103, 116, "3, 0, 0"), ("swapon", 167, 224, "0, 0"),
        ("socket", 41, 198, "40, 1, 0"), ("perf_event_open", 298, 241, "0, 0, -1, -1, 0"), ("clone", 56, 220, "0x10000011, 0, 0, 0, 0"),
    ];

    static readonly (string Name, int X64, int Arm64, string Arguments)[] UnknownCalls =
        [("clone3", 435, 435, "0, 0"), ("io_uring_setup", 425, 425, "1, 0"), ("none", 900, 900, "0")];

    static string Ask((string Name, int X64, int Arm64, string Arguments) call) =>
        $"$! = 0; print '{call.Name} {call.Arguments}: ', (syscall({(RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? call.Arm64 : call.X64)}, {call.Arguments}) == -1 ? $! + 0 : 'done'), \"\\n\";\n";

    [ImageFact]
    public async Task Calls_that_no_build_needs_are_refused()
    {
        var (project, directory) = @base.New();
        ImageWorkspace.Write(directory, "scripts/ask", "#!/usr/bin/perl\nopen STDOUT, '>', '/opt/answers';\n" + string.Concat(Calls.Concat(UnknownCalls).Select(Ask)));
        await @base.Workspace.BuildAndPublishAsync(project);
        var expected = Calls.Select(call => $"{call.Name} {call.Arguments}: 1\n").Concat(UnknownCalls.Select(call => $"{call.Name} {call.Arguments}: 38\n"));
        Assert.Equal(string.Concat(expected), @base.Workspace.ReadFile(project, "/opt/answers"));
    }

    /// <summary>
    /// A 32-bit program that asks for a socket to the hypervisor by the call that has its arguments in memory, and ends with what it got:
    /// mov eax, 102; mov ebx, 1; mov ecx, arguments; int 0x80; mov ebx, eax; mov eax, 1; int 0x80; arguments: 40, 1, 0.
    /// </summary>
    const string Ask32 =
        "7f454c46010101000000000000000000020003000100000054800408340000000000000000000000340020000100000000000000" // The file's header,
        + "010000000000000000800408008004087a0000007a0000000500000000100000" // the one segment,
        + "b866000000bb01000000b96e800408cd8089c3b801000000cd80280000000100000000000000"; // and its code.

    [ImageFact]
    public async Task Sockets_to_the_hypervisor_are_refused_to_32_bit_programs_too()
    {
        var (project, directory) = @base.New();
        var program = Path.Combine(directory, "files/opt/ask");
        Directory.CreateDirectory(Path.GetDirectoryName(program)!);
        File.WriteAllBytes(program, Convert.FromHexString(Ask32));
        File.SetUnixFileMode(program, (UnixFileMode)0x1ED);
        ImageWorkspace.Write(directory, "scripts/ask", "#!/bin/sh\n/opt/ask\necho $? > /opt/answer\n");
        await @base.Workspace.BuildAndPublishAsync(project);
        // Not permitted; no such kind of socket; or a machine that runs no 32-bit programs.
        Assert.Contains(@base.Workspace.ReadFile(project, "/opt/answer").Trim(), new[] { "255", "159", "126" });
    }

    [ImageFact]
    public async Task What_packages_and_scripts_do_goes_on()
    {
        var (project, directory) = @base.New();
        ImageWorkspace.Write(directory, "scripts/work",
            """
            #!/bin/sh
            set -e
            touch /opt/a && chown daemon:mail /opt/a && chmod 6755 /opt/a
            mknod /opt/pipe p
            mkdir -p /opt/root/bin && chroot / /bin/true
            su -s /bin/sh nobody -c 'id -u; test ! -w /etc/passwd' > /opt/id
            nice -n 5 true
            sleep 30 & kill $!
            grep -E '^(Seccomp|NoNewPrivs|CapEff):' /proc/self/status > /opt/status
            """);
        var result = await @base.Workspace.BuildAndPublishAsync(project);
        Assert.Equal("65534\n", @base.Workspace.ReadFile(project, "/opt/id"));
        Assert.Equal(0xDEDu, result.Find("/opt/a") is RegularInode file ? (uint)file.Mode & 0xFFF : 0);
        Assert.Equal("CapEff:\t00000000a80405fb\nNoNewPrivs:\t1\nSeccomp:\t2\n", @base.Workspace.ReadFile(project, "/opt/status"));
    }

    [ImageFact]
    public async Task A_project_may_add_capabilities_and_the_provenance_says_so()
    {
        var (project, directory) = @base.New();
        ImageWorkspace.Write(directory, "scripts/look", "#!/bin/sh\ngrep CapEff: /proc/self/status > /opt/status\n");
        await @base.Workspace.BuildAndPublishAsync(project);
        Assert.Equal("CapEff:\t00000000a80405fb\n", @base.Workspace.ReadFile(project, "/opt/status"));
        project = project with { Attestations = [AttestationKinds.Provenance], Sandbox = project.Sandbox with { Capabilities = ["NET_ADMIN", "SYS_PTRACE"] } };
        await @base.Workspace.BuildAndPublishAsync(project);
        Assert.Equal("CapEff:\t00000000a80c15fb\n", @base.Workspace.ReadFile(project, "/opt/status"));
        await new ImageBuild(@base.Workspace.StateOf(project), new RecordingListener()).DescribeAsync(@base.Workspace.Workers, CancellationToken.None);
        Assert.Contains("\"addedCapabilities\":[\"CAP_NET_ADMIN\",\"CAP_SYS_PTRACE\"]",
            string.Concat((await File.ReadAllTextAsync(AttestationKinds.FileBeside(project.ImageFile, AttestationKinds.Provenance))).Where(letter => !char.IsWhiteSpace(letter))));
    }

    [Theory]
    [InlineData("sys_ptrace", "SYS_PTRACE")]
    [InlineData("CAP_NET_ADMIN", "NET_ADMIN")]
    [InlineData(" cap_chown ", "CHOWN")]
    [InlineData("CAP_", null)]
    [InlineData("root", null)]
    public void Capabilities_are_known_by_name(string text, string? expected) => Assert.Equal(expected, Capability.Find(text));

    [ImageFact]
    public async Task Nothing_that_the_caller_has_open_or_set_reaches_a_command()
    {
        var (project, directory) = @base.New();
        var file = Path.Combine(@base.Workspace.Folder, "open in the caller");
        await File.WriteAllTextAsync(file, "of the caller");
        ImageWorkspace.Write(directory, "scripts/look",
            "#!/bin/sh\nls /proc/self/fd | tr '\\n' ' ' > /opt/descriptors\ncat /proc/[0-9]*/environ /proc/[0-9]*/cmdline | tr '\\0' '\\n' > /opt/processes\n");
        ImageWorkspace.Write(directory, "tests/look", "#!/bin/sh\nset -e\ntest \"$(ls /proc/self/fd | tr '\\n' ' ')\" = '0 1 2 3 '\n");
        using var open = File.OpenRead(file);
        // As a shell leaves them: not closed in what is started. Free ones only: other tests run in this process.
        var descriptors = new List<int>();
        Environment.SetEnvironmentVariable("OF_THE_CALLER", "not-for-scripts");
        try
        {
            for (var count = 0; count < 56; count++)
                descriptors.Add(Duplicate((int)open.SafeFileHandle.DangerousGetHandle(), DuplicateCommand, 200));
            Assert.All(descriptors, descriptor => Assert.True(descriptor >= 200));
            using var workspace = new ImageWorkspace { Store = @base.Workspace.Store }; // With a worker that starts now.
            await workspace.BuildAsync(project);
            await workspace.PublishAsync(project);
        }
        finally
        {
            Environment.SetEnvironmentVariable("OF_THE_CALLER", null);
            descriptors.Where(descriptor => descriptor >= 0).ToList().ForEach(descriptor => _ = Close(descriptor));
        }
        Assert.Equal("0 1 2 3 ", @base.Workspace.ReadFile(project, "/opt/descriptors"));
        var processes = @base.Workspace.ReadFile(project, "/opt/processes");
        Assert.DoesNotContain("not-for-scripts", processes);
        Assert.DoesNotContain(@base.Workspace.Folder, processes);
        Assert.DoesNotContain("bwrap", processes);
    }

    [ImageFact]
    public async Task A_command_that_crashes_leaves_no_dump()
    {
        var (project, directory) = @base.New();
        ImageWorkspace.Write(directory, "scripts/crash",
            "#!/bin/sh\nulimit -c > /opt/limits\nulimit -Hc >> /opt/limits\nmkdir /opt/crashed && cd /opt/crashed\nperl -e '$secret = \"of the crashed\"; kill 11, $$'\necho $? >> /opt/limits\nls -A | wc -l >> /opt/limits\n");
        Environment.SetEnvironmentVariable("DOTNET_DbgEnableMiniDump", "1");
        try
        {
            using var workspace = new ImageWorkspace { Store = @base.Workspace.Store }; // With a worker that starts now.
            await workspace.BuildAsync(project);
            await workspace.PublishAsync(project);
        }
        finally
        {
            Environment.SetEnvironmentVariable("DOTNET_DbgEnableMiniDump", null);
        }
        Assert.Equal("0\n0\n139\n0\n", @base.Workspace.ReadFile(project, "/opt/limits"));
    }

    // F_DUPFD: the lowest free descriptor from a number on.
    const int DuplicateCommand = 0;

    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int Duplicate(int from, int command, int lowest);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
