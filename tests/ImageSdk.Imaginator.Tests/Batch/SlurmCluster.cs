using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace ImageSdk.Imaginator.Tests.Batch;

/// <summary>A Slurm of the tests' own: a controller and two nodes on this machine, with their own munge. All end with the tests.</summary>
sealed class SlurmCluster : IAsyncDisposable
{
    static readonly string[] programs = ["munged", "slurmctld", "slurmd"];

    readonly string directory;
    readonly List<Process> processes = [];
    readonly Dictionary<string, Process> nodes = [];

    Process? controller;

    SlurmCluster(string directory) => this.directory = directory;

    /// <summary>Why there can be none here; null where there can.</summary>
    public static string? Missing { get; } =
        programs.FirstOrDefault(program => !File.Exists($"/usr/sbin/{program}")) is { } missing ? $"needs {missing} (Debian's packages slurm-wlm and munge); eng/test.sh installs them"
        : Environment.UserName != "root" ? "Slurm's daemons need root" : null;

    string ConfigurationFile => Path.Combine(directory, "slurm.conf");

    /// <summary>Nodes: <c>n1</c> with the feature amd64, <c>n2</c> and <c>n3</c> with amd64 and bigmem.</summary>
    public static async Task<SlurmCluster> StartAsync()
    {
        // Sockets have short paths, and munge wants to trust all above its own.
        var cluster = new SlurmCluster(Directory.CreateTempSubdirectory("slurm-").FullName);
        File.SetUnixFileMode(cluster.directory, (UnixFileMode)0b111_101_101);
        cluster.Configure();
        var key = Path.Combine(cluster.directory, "munge.key");
        await File.WriteAllBytesAsync(key, RandomNumberGenerator.GetBytes(1024));
        File.SetUnixFileMode(key, UnixFileMode.UserRead);
        cluster.Start("munged", ["--foreground", "--force", $"--key-file={key}", .. new[] { "socket", "pid-file", "log-file", "seed-file" }.Select(name => $"--{name}={cluster.directory}/munge.{name}")]);
        for (var left = 200; !File.Exists(Path.Combine(cluster.directory, "munge.socket")); await Task.Delay(50))
            Assert.True(left-- > 0, "munged does not start");
        // Clients of Slurm that this process starts find it.
        Environment.SetEnvironmentVariable("SLURM_CONF", cluster.ConfigurationFile);
        cluster.StartController();
        foreach (var node in new[] { "n1", "n2", "n3" })
            cluster.StartNode(node);
        for (var left = 300; !(await cluster.RunAsync("sinfo", "--noheader", "--format=%T %D")).Contains("idle 3", StringComparison.Ordinal); await Task.Delay(100))
            Assert.True(left-- > 0, $"Slurm does not start:\n{cluster.Logs()}");
        return cluster;
    }

    public async Task StopControllerAsync()
    {
        controller!.Kill(entireProcessTree: true);
        await controller.WaitForExitAsync();
    }

    public void StartController() => controller = Start("slurmctld", "-D");

    public void StartNode(string node) => nodes[node] = Start("slurmd", "-D", "-N", node);

    /// <summary>A node that loses power: its daemon and all that runs there are killed.</summary>
    public async Task KillNodeAsync(string node)
    {
        var jobs = (await RunAsync("squeue", "--noheader", $"--nodelist={node}", "--format=%A")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        nodes[node].Kill(entireProcessTree: true);
        // Its steps are no children of the daemon any more.
        foreach (var entry in Directory.EnumerateDirectories("/proc"))
            if (int.TryParse(Path.GetFileName(entry), out var id) && ReadOf(id, "environ").Split('\0').Contains($"SLURM_CONF={ConfigurationFile}")
                && (ReadOf(id, "environ").Contains($"\0SLURMD_NODENAME={node}\0", StringComparison.Ordinal) || jobs.Any(job => ReadOf(id, "cmdline").StartsWith($"slurmstepd: [{job}.", StringComparison.Ordinal))))
                Kill(id);
        await nodes[node].WaitForExitAsync();
    }

    public async Task<string> RunAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["SLURM_CONF"] = ConfigurationFile;
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return output + await errors;
    }

    public string Logs() => string.Join('\n', Directory.EnumerateFiles(directory, "*.log").Select(file => $"{file}:\n{string.Join('\n', File.ReadLines(file).TakeLast(20))}"));

    public async ValueTask DisposeAsync()
    {
        await RunAsync("scancel", "--quiet", "--me");
        foreach (var process in Enumerable.Reverse(processes))
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
            process.Dispose();
        }
        Environment.SetEnvironmentVariable("SLURM_CONF", null);
        Directory.Delete(directory, recursive: true);
    }

    void Configure()
    {
        var host = Dns.GetHostName().Split('.')[0];
        var ports = FreePorts(4);
        Directory.CreateDirectory(Path.Combine(directory, "state"));
        var node = (string name, int port, string features) => $"NodeName={name} NodeHostname={host} NodeAddr=127.0.0.1 Port={port} CPUs=2 RealMemory=2000 Features={features}";
        File.WriteAllText(ConfigurationFile, $"""
            ClusterName=imagesdk
            SlurmctldHost={host}(127.0.0.1)
            SlurmctldPort={ports[0]}
            AuthType=auth/munge
            AuthInfo=socket={directory}/munge.socket
            SlurmUser=root
            StateSaveLocation={directory}/state
            SlurmdSpoolDir={directory}/spool-%n
            SlurmdLogFile={directory}/slurmd-%n.log
            SlurmctldLogFile={directory}/controller.log
            SlurmctldPidFile={directory}/controller.pid
            SlurmdPidFile={directory}/slurmd-%n.pid
            ProctrackType=proctrack/linuxproc
            TaskPlugin=task/none
            SelectType=select/cons_tres
            SelectTypeParameters=CR_CPU_Memory
            SchedulerParameters=batch_sched_delay=0,sched_min_interval=100000
            ReturnToService=2
            SlurmdTimeout=5
            KillWait=5
            MailProg=/bin/true
            {node("n1", ports[1], "amd64")}
            {node("n2", ports[2], "amd64,bigmem")}
            {node("n3", ports[3], "amd64,bigmem")}
            PartitionName=p Nodes=n1,n2,n3 Default=YES State=UP

            """);
    }

    Process Start(string program, params string[] arguments)
    {
        // What a daemon says goes to its log. It ends when the shell's standard input does: with the tests, however those end.
        var start = new ProcessStartInfo("sh", ["-c", "\"$@\" & read line; kill -KILL $!; wait", "sh", $"/usr/sbin/{program}", .. arguments])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        start.Environment["SLURM_CONF"] = ConfigurationFile;
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        processes.Add(process);
        return process;
    }

    static string ReadOf(int process, string what)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/{what}");
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    static void Kill(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            process.Kill();
        }
        catch (Exception gone) when (gone is ArgumentException or InvalidOperationException)
        {
            // It has ended.
        }
    }

    static int[] FreePorts(int count)
    {
        var probes = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        probes.ForEach(probe => probe.Start());
        int[] ports = [.. probes.Select(probe => ((IPEndPoint)probe.LocalEndpoint).Port)];
        probes.ForEach(probe => probe.Stop());
        return ports;
    }
}

/// <summary>A test with a Slurm.</summary>
sealed class SlurmFactAttribute : FactAttribute
{
    public SlurmFactAttribute() => Skip = SlurmCluster.Missing ?? new Workers.WorkerFactAttribute().Skip;
}
