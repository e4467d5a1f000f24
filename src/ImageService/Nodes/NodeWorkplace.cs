using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using ImageSdk.ImageService.Confinement;

namespace ImageSdk.ImageService.Nodes;

/// <summary>
/// A build node: the scripts run in a container of podman there, which has the job's folder as <c>/job</c>. What runs ends with the connection, as its input does.
/// </summary>
/// <param name="node">Its name.</param>
/// <param name="job">The id of the job.</param>
/// <param name="folder">The job's folder here.</param>
/// <param name="image">Of the container.</param>
/// <param name="limits">Of the container, where the node has the control groups for them.</param>
sealed class NodeWorkplace(NodeSsh ssh, string node, string job, string folder, string image, JobLimits limits) : Workplace
{
    // From the end of what a container reads to that of the patience with it.
    static readonly TimeSpan grace = TimeSpan.FromSeconds(30);

    public override string Node => node;

    // The original's name, which is what counts as a job there.
    string Folder => $"/tmp/ims_{job}";

    string Container => $"ims-{job}";

    public override async Task<int> RunAsync(
        string script, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> variables, Action<string> output, CancellationToken cancellation)
    {
        string[] words =
        [
            "--rm", "--interactive", "--privileged", "--network", "host", "--name", Container, "--volume", $"{Folder}:/job",
            .. variables.SelectMany(variable => (string[])["--env", $"{variable.Key}={variable.Value}"]), image, "/bin/sh", "-c", ConfinedProcess.Prelude + script, "sh", "/job", .. arguments,
        ];
        // What an earlier connection left would have its name.
        using var process = StartProcess($"podman rm --force --ignore {Container} >/dev/null 2>&1; {Bounds()}exec podman run $bounds {string.Join(' ', words.Select(NodeSsh.Quote))}");
        process.OutputDataReceived += (_, line) => Take(line.Data);
        process.ErrorDataReceived += (_, line) => Take(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        await using (cancellation.Register(() => process.StandardInput.Close()))
            try
            {
                await process.WaitForExitAsync(cancellation);
            }
            catch (OperationCanceledException)
            {
                using var limit = new CancellationTokenSource(grace);
                await process.WaitForExitAsync(limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (!process.HasExited)
                    process.Kill();
                throw;
            }
        return process.ExitCode == NodeSsh.Lost ? throw new NodeLostException(node, "the connection is broken") : process.ExitCode;

        void Take(string? line)
        {
            if (line is not null)
                output(line);
        }
    }

    // Podman refuses a container whose limits the node cannot keep.
    string Bounds()
    {
        var bounds = new[] { ("memory", limits.Memory, $"--memory={limits.Memory}"), ("pids", limits.Processes, $"--pids-limit={limits.Processes}") }.Where(bound => bound.Item2 > 0);
        return "bounds=; controllers=\" $(podman info --format '{{range .Host.CgroupControllers}}{{.}} {{end}}' </dev/null 2>/dev/null)\"; " + string.Concat(bounds.Select(bound =>
            $"case $controllers in *' {bound.Item1} '*) bounds=\"$bounds {bound.Item3}\";; *) echo '(warning) IMG7639: The limits of the job are not kept: the node has no control group {bound.Item1}.';; esac; "));
    }

    public override async Task<bool> HasAsync(string name, CancellationToken cancellation)
    {
        for (var missed = 1; ; missed++)
        {
            var status = await AskAsync($"test -e {NodeSsh.Quote($"{Folder}/{name}")}", cancellation);
            if (status != NodeSsh.Lost)
                return status == 0;
            if (missed > ssh.MissedHeartbeats)
                throw new NodeLostException(node, "it does not answer");
        }
    }

    public override async Task SendAsync(string name, CancellationToken cancellation)
    {
        var source = Path.Combine(folder, name);
        if (File.Exists(source))
        {
            await using var content = File.OpenRead(source);
            var (part, whole) = (NodeSsh.Quote($"{Folder}/{name}.part"), NodeSsh.Quote($"{Folder}/{name}"));
            // The end of this service is the end of the input, too: what has come then is no file.
            var command = string.Create(CultureInfo.InvariantCulture, $"mkdir -p {Folder} && cat >{part} && test \"$(stat -c %s {part})\" = {content.Length} && mv {part} {whole}");
            await TransferAsync(command, async process =>
            {
                await content.CopyToAsync(process.StandardInput.BaseStream, cancellation);
                process.StandardInput.Close();
            }, cancellation);
            return;
        }
        using var packed = Process.Start(new ProcessStartInfo("/usr/bin/tar", ["--create", "--directory", folder, "--", name]) { RedirectStandardOutput = true })!;
        await TransferAsync($"mkdir -p {Folder} && rm -rf {NodeSsh.Quote($"{Folder}/{name}")} && tar -C {Folder} -xp", async process =>
        {
            await packed.StandardOutput.BaseStream.CopyToAsync(process.StandardInput.BaseStream, cancellation);
            process.StandardInput.Close();
        }, cancellation);
    }

    public override async Task FetchAsync(string name, CancellationToken cancellation)
    {
        await using var content = File.Create(Path.Combine(folder, name));
        await TransferAsync($"exec cat {NodeSsh.Quote($"{Folder}/{name}")}", async process =>
        {
            process.StandardInput.Close();
            await process.StandardOutput.BaseStream.CopyToAsync(content, cancellation);
        }, cancellation);
    }

    /// <summary>Brings the image of the container to the node, where it is not there.</summary>
    /// <param name="archive">File as <c>podman save</c> writes it.</param>
    public async Task LoadAsync(string archive, CancellationToken cancellation)
    {
        if (await AskAsync($"mkdir -p {Folder} && podman image exists {NodeSsh.Quote(image)}", cancellation) == 0)
            return;
        await using var content = File.OpenRead(archive);
        await TransferAsync($"podman load --quiet | sed -n 's/^Loaded image: *//p' | head -n 1 | {{ read name; exec podman tag \"$name\" {NodeSsh.Quote(image)}; }}", async process =>
        {
            await content.CopyToAsync(process.StandardInput.BaseStream, cancellation);
            process.StandardInput.Close();
        }, cancellation);
    }

    public override Task CleanAsync(CancellationToken cancellation) => AskAsync($"podman rm --force --ignore {Container} >/dev/null 2>&1; rm -rf {Folder}", cancellation);

    async Task<int> AskAsync(string command, CancellationToken cancellation)
    {
        using var process = StartProcess(command);
        process.StandardInput.Close();
        var (output, error) = (process.StandardOutput.ReadToEndAsync(CancellationToken.None), process.StandardError.ReadToEndAsync(CancellationToken.None));
        await using (cancellation.Register(process.Kill))
            await process.WaitForExitAsync(CancellationToken.None);
        await Task.WhenAll(output, error);
        cancellation.ThrowIfCancellationRequested();
        return process.ExitCode;
    }

    async Task TransferAsync(string command, Func<Process, Task> transfer, CancellationToken cancellation)
    {
        using var process = StartProcess(command);
        var error = process.StandardError.ReadToEndAsync(CancellationToken.None);
        try
        {
            await transfer(process);
            await process.WaitForExitAsync(cancellation);
        }
        catch (IOException)
        {
            // It has ended before it has read all; it says why.
            await process.WaitForExitAsync(cancellation);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
        }
        if (process.ExitCode != 0)
            throw new NodeLostException(node, (await error).Trim() is { Length: > 0 } said ? said : $"a transfer ends with {process.ExitCode}");
    }

    Process StartProcess(string command)
    {
        try
        {
            return ssh.Start(node, command);
        }
        catch (Win32Exception problem)
        {
            throw new NodeLostException(node, $"{ssh.Program}: {problem.Message} (apt-get install openssh-client)");
        }
    }
}
