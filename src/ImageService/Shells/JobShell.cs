using System.Diagnostics;
using System.Globalization;
using ImageSdk.ImageService.Confinement;
using ImageSdk.ImageService.Packaging;
using ImageSdk.ImageService.Problems;
using ImageSdk.ImageService.Records;
using ImageSdk.ImageService.Records.Stores;
using ImageSdk.ImageService.Runs;

namespace ImageSdk.ImageService.Shells;

/// <summary>How a user has left a shell.</summary>
enum ShellOutcome
{
    Complete,
    Failed,
}

/// <summary>
/// Shells into a root file system behind real OpenSSH servers, one for each container of a job, in namespaces of their own. They end when the user says so by a
/// file: <c>complete</c> or <c>failed</c>, in <c>/mnt/image</c>, or in <c>/tmp</c> of the root for a container with a jail.
/// </summary>
sealed class JobShell(RecordStore records, ShellSettings settings, ShellPorts ports, TimeProvider time)
{
    const int Tries = 10;

    static readonly TimeSpan look = TimeSpan.FromMilliseconds(500);

    /// <summary>The command that writes the file comes from a session, and a script that runs it by ssh asks for its exit code.</summary>
    static readonly TimeSpan parting = TimeSpan.FromSeconds(2);

    /// <summary>Offers shells and waits for the user.</summary>
    /// <param name="root">A directory of the job's folder, or "stack" for the squashfs <c>image.sqsh</c> in it, changes to which go to its folder <c>upper</c>.</param>
    /// <exception cref="RunException">There can be none, or the user is waited for too long.</exception>
    public async Task<ShellOutcome> OfferAsync(RunContext run, Workplace place, string root, CancellationToken cancellation)
    {
        var key = await records.FindAsync(RecordKinds.PublicKeys, run.Job.PublicKeyId, isDeleted: false, cancellation)
            ?? throw new RunException("IMG7631", $"The public key {run.Job.PublicKeyId} was removed: no one can be let in.");
        if (place.Node.Length == 0 && !File.Exists("/usr/sbin/sshd"))
            throw new RunException("IMG7621", "There is no /usr/sbin/sshd (apt-get install openssh-server).");
        await PrepareAsync(run, key.Text, cancellation);
        await RootPacker.WriteScriptsAsync(run, place, cancellation);
        // Ports of tries in vain are held too: the next one takes others.
        var held = new List<ShellPorts.Held>();
        try
        {
            for (var attempt = 1; attempt <= Tries; attempt++)
            {
                var numbers = new List<int>();
                foreach (var index in Enumerable.Range(0, run.Job.SshContainers!.Count))
                {
                    held.Add(ports.Take(place.Node, attempt == 1 ? ReadPort(run, index) : 0));
                    numbers.Add(held[^1].Number);
                }
                if (await OfferAsync(run, place, root, numbers, cancellation) is { } outcome)
                    return outcome;
            }
        }
        finally
        {
            held.ForEach(port => port.Dispose());
        }
        throw new RunException("IMG7631", "The shell cannot be reached: sshd ends, or other programs have its ports. Its lines are above.");
    }

    // Null where sshd has ended, or another program has a port.
    async Task<ShellOutcome?> OfferAsync(RunContext run, Workplace place, string root, IReadOnlyList<int> numbers, CancellationToken cancellation)
    {
        var shells = run.Job.SshContainers!;
        for (var index = 0; index < shells.Count; index++)
        {
            await File.WriteAllTextAsync(Path.Combine(run.Folder, "ssh", $"sshd_config.{index}"), Configure(run.Job, place.Node, shells[index], numbers[index]), cancellation);
            await File.WriteAllTextAsync(Path.Combine(run.Folder, $"port.{index}"), string.Create(CultureInfo.InvariantCulture, $"{numbers[index]}"), cancellation);
        }
        await place.SendAsync("ssh", cancellation);
        var host = place.Node.Length > 0 ? place.Node : settings.Host;
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var listening = new TaskCompletionSource();
        var taken = new TaskCompletionSource();
        var waited = numbers.ToHashSet();
        var running = place.RunAsync(
            Scripts.Shell, [root, $"ims-{run.Job.Id[..8]}", .. shells.Select((_, index) => $"sshd_config.{index}")], new Dictionary<string, string>(), Take, ended.Token);
        try
        {
            var first = await Task.WhenAny(taken.Task, listening.Task, running);
            if (first == running)
                await running;
            if (first != listening.Task)
                return null;
            await run.Runs.OpenShellsAsync(run.Job.Id, host, numbers, cancellation);
            await run.SetStatusAsync(JobStatus.WaitingOnUser, cancellation);
            foreach (var number in numbers)
                run.Log.Write(string.Create(CultureInfo.InvariantCulture, $"Waiting for the user: ssh -p {number} root@{host}"));
            return await WaitAsync(run, place, root, Task.WhenAny(taken.Task, running).Unwrap(), cancellation);
        }
        finally
        {
            await ended.CancelAsync();
            await ((Task)running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        void Take(string line)
        {
            run.Log.Write($"shell: {line}");
            // sshd goes on with IPv6 where another program has the port for IPv4, or the reverse; users would reach that program.
            if (numbers.Any(number => line.Contains(string.Create(CultureInfo.InvariantCulture, $"Bind to port {number} on "), StringComparison.Ordinal)))
                taken.TrySetResult();
            lock (waited)
            {
                waited.RemoveWhere(number => line.StartsWith("Server listening on ", StringComparison.Ordinal) && line.EndsWith(string.Create(CultureInfo.InvariantCulture, $" port {number}."), StringComparison.Ordinal));
                if (waited.Count == 0)
                    listening.TrySetResult();
            }
        }
    }

    async Task<ShellOutcome?> WaitAsync(RunContext run, Workplace place, string root, Task running, CancellationToken cancellation)
    {
        var since = Path.Combine(run.Folder, "waiting.since");
        if (!File.Exists(since))
        {
            await File.WriteAllTextAsync(since, "", cancellation);
            File.SetLastWriteTimeUtc(since, time.GetUtcNow().UtcDateTime);
        }
        var end = File.GetLastWriteTimeUtc(since) + settings.UserLimit;
        while (true)
        {
            if (await ReadOutcomeAsync(run.Job.SshContainers!, place, root, cancellation) is { } outcome)
            {
                await Task.Delay(parting, cancellation);
                return outcome;
            }
            if (time.GetUtcNow().UtcDateTime > end)
                throw new RunException("IMG7629", $"The job has waited for its user longer than {settings.UserLimit.TotalHours:0.##} hours (-userLimit).");
            if (running.IsCompleted)
            {
                await running;
                return null;
            }
            await Task.Delay(look, cancellation);
        }
    }

    // A jail sees nothing but the root; its files are where changes go.
    static async Task<ShellOutcome?> ReadOutcomeAsync(IReadOnlyList<SshContainer> shells, Workplace place, string root, CancellationToken cancellation)
    {
        var complete = 0;
        foreach (var shell in shells)
        {
            var folder = !shell.Jail ? "user" : root == RootPacker.Stack ? "upper/tmp" : $"{root}/tmp";
            if (await place.HasAsync($"{folder}/failed", cancellation))
                return ShellOutcome.Failed;
            if (await place.HasAsync($"{folder}/complete", cancellation))
                complete++;
        }
        return complete == shells.Count ? ShellOutcome.Complete : null;
    }

    static async Task PrepareAsync(RunContext run, string key, CancellationToken cancellation)
    {
        var folder = Path.Combine(run.Folder, "ssh");
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await File.WriteAllTextAsync(Path.Combine(folder, "authorized_keys"), key.Trim() + "\n", cancellation);
        var hostKey = Path.Combine(folder, "host_key");
        // The same after a restart: clients know it.
        if (File.Exists(hostKey))
            return;
        using var process = Process.Start(new ProcessStartInfo("/usr/bin/ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "", "-f", hostKey]) { RedirectStandardOutput = true })!;
        await process.WaitForExitAsync(cancellation);
        if (process.ExitCode != 0)
            throw new RunException("IMG7631", "ssh-keygen makes no key for the shell.");
    }

    static int ReadPort(RunContext run, int index) =>
        Path.Combine(run.Folder, $"port.{index}") is var file && File.Exists(file) && int.TryParse(File.ReadAllText(file), CultureInfo.InvariantCulture, out var port) ? port : 0;

    static string Configure(JobRecord job, string node, SshContainer shell, int port) => string.Create(CultureInfo.InvariantCulture, $"""
        Port {port}
        HostKey /etc/cray/ims/host_key
        AuthorizedKeysFile /etc/cray/ims/authorized_keys
        AllowUsers root
        PermitRootLogin prohibit-password
        PasswordAuthentication no
        KbdInteractiveAuthentication no
        UsePAM no
        PidFile none
        AllowTcpForwarding no
        AllowAgentForwarding no
        X11Forwarding no
        PrintMotd no
        ClientAliveInterval 60
        Subsystem sftp internal-sftp
        SetEnv IMS_JOB_ID={job.Id} IMS_ARCH={job.Arch} IMS_DKMS_ENABLED={(job.RequireDkms ? "True" : "False")} REMOTE_BUILD_NODE={node}
        {(shell.Jail ? "ChrootDirectory /mnt/image/image-root" : "")}

        """);
}
