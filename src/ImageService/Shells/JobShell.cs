using System.Diagnostics;
using System.Globalization;
using ImageSdk.ImageService.Confinement;
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
    const int Tries = 3;

    static readonly TimeSpan look = TimeSpan.FromMilliseconds(500);

    /// <summary>Offers shells and waits for the user.</summary>
    /// <param name="root">The directory that is the root; null for the squashfs <c>image.sqsh</c> in the job's folder, changes to which go to its folder <c>upper</c>.</param>
    /// <exception cref="RunException">There can be none, or the user is waited for too long.</exception>
    public async Task<ShellOutcome> OfferAsync(RunContext run, string? root, CancellationToken cancellation)
    {
        var key = await records.FindAsync(RecordKinds.PublicKeys, run.Job.PublicKeyId, isDeleted: false, cancellation)
            ?? throw new RunException("IMG7631", $"The public key {run.Job.PublicKeyId} was removed: no one can be let in.");
        if (!File.Exists("/usr/sbin/sshd"))
            throw new RunException("IMG7621", "There is no /usr/sbin/sshd (apt-get install openssh-server).");
        await PrepareAsync(run, key.Text, cancellation);
        for (var attempt = 1; ; attempt++)
        {
            var held = new List<ShellPorts.Held>();
            try
            {
                foreach (var index in Enumerable.Range(0, run.Job.SshContainers!.Count))
                    held.Add(ports.Take(ReadPort(run, index)));
                if (await OfferAsync(run, root, [.. held.Select(port => port.Number)], cancellation) is { } outcome)
                    return outcome;
                if (attempt == Tries)
                    throw new RunException("IMG7631", "The shell cannot be reached: sshd ends. Its lines are above.");
            }
            finally
            {
                held.ForEach(port => port.Dispose());
            }
        }
    }

    // Null where sshd has ended.
    async Task<ShellOutcome?> OfferAsync(RunContext run, string? root, IReadOnlyList<int> numbers, CancellationToken cancellation)
    {
        var shells = run.Job.SshContainers!;
        for (var index = 0; index < shells.Count; index++)
        {
            await File.WriteAllTextAsync(Path.Combine(run.Folder, "ssh", $"sshd_config.{index}"), Configure(run.Job, shells[index], numbers[index]), cancellation);
            await File.WriteAllTextAsync(Path.Combine(run.Folder, $"port.{index}"), string.Create(CultureInfo.InvariantCulture, $"{numbers[index]}"), cancellation);
        }
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var listening = new TaskCompletionSource();
        var waited = numbers.ToHashSet();
        var running = ConfinedProcess.RunAsync(
            Scripts.Shell, [run.Folder, root ?? "stack", $"ims-{run.Job.Id[..8]}", .. shells.Select((_, index) => $"sshd_config.{index}")], new Dictionary<string, string>(), Take, ended.Token);
        try
        {
            if (await Task.WhenAny(listening.Task, running) == running)
            {
                await running;
                return null;
            }
            await run.Runs.OpenShellsAsync(run.Job.Id, settings.Host, numbers, cancellation);
            await run.SetStatusAsync(JobStatus.WaitingOnUser, cancellation);
            foreach (var number in numbers)
                run.Log.Write(string.Create(CultureInfo.InvariantCulture, $"Waiting for the user: ssh -p {number} root@{settings.Host}"));
            return await WaitAsync(run, running, cancellation);
        }
        finally
        {
            await ended.CancelAsync();
            await ((Task)running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        void Take(string line)
        {
            run.Log.Write($"sshd: {line}");
            lock (waited)
            {
                waited.RemoveWhere(number => line.StartsWith("Server listening on ", StringComparison.Ordinal) && line.EndsWith(string.Create(CultureInfo.InvariantCulture, $" port {number}."), StringComparison.Ordinal));
                if (waited.Count == 0)
                    listening.TrySetResult();
            }
        }
    }

    async Task<ShellOutcome?> WaitAsync(RunContext run, Task running, CancellationToken cancellation)
    {
        var since = Path.Combine(run.Folder, "waiting.since");
        if (!File.Exists(since))
            await File.WriteAllTextAsync(since, "", cancellation);
        var end = File.GetLastWriteTimeUtc(since) + settings.UserLimit;
        while (true)
        {
            if (run.Job.SshContainers!.Any(shell => File.Exists(FlagOf(run, shell, "failed"))))
                return ShellOutcome.Failed;
            if (run.Job.SshContainers!.All(shell => File.Exists(FlagOf(run, shell, "complete"))))
                return ShellOutcome.Complete;
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
    static string FlagOf(RunContext run, SshContainer shell, string name) => shell.Jail ? Path.Combine(run.Folder, "upper/tmp", name) : Path.Combine(run.Folder, "user", name);

    static async Task PrepareAsync(RunContext run, string key, CancellationToken cancellation)
    {
        var folder = Path.Combine(run.Folder, "ssh");
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await File.WriteAllTextAsync(Path.Combine(run.Folder, "stack.sh"), Scripts.Stack, cancellation);
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

    static string Configure(JobRecord job, SshContainer shell, int port) => string.Create(CultureInfo.InvariantCulture, $"""
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
        SetEnv IMS_JOB_ID={job.Id} IMS_ARCH={job.Arch} IMS_DKMS_ENABLED={(job.RequireDkms ? "True" : "False")} REMOTE_BUILD_NODE={job.RemoteBuildNode}
        {(shell.Jail ? "ChrootDirectory /mnt/image/image-root" : "")}

        """);
}
