using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace ImageSdk.ImageService.Nodes;

/// <summary>Looks at build nodes.</summary>
sealed class NodeProbe(NodeSsh ssh)
{
    const string Podman = "/usr/bin/podman";

    // What a node runs lies in such folders: those of the original's jobs.
    const string Question = $"uname -m; [ -x {Podman} ] && echo yes || echo no; ls -d /tmp/ims_* 2>/dev/null | wc -l";

    static readonly TimeSpan patience = TimeSpan.FromSeconds(20);

    /// <summary>Asks a node. One that does not answer has a status, too.</summary>
    public async Task<NodeStatus> AskAsync(string xname, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(patience);
        Process process;
        try
        {
            process = ssh.Start(xname, Question);
        }
        catch (Win32Exception exception)
        {
            return NodeStatus.Unreachable(xname, $"{ssh.Program}: {exception.Message} (apt-get install openssh-client)");
        }
        using var owned = process;
        try
        {
            process.StandardInput.Close();
            var output = process.StandardOutput.ReadToEndAsync(limit.Token);
            var error = process.StandardError.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return process.ExitCode == 0 && Read(xname, await output) is { } status
                ? status
                : NodeStatus.Unreachable(xname, LastLine(await error) is { Length: > 0 } line ? line : $"ssh ended with {process.ExitCode}");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return NodeStatus.Unreachable(xname, $"no answer within {patience.TotalSeconds:0} s");
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }

    static NodeStatus? Read(string xname, string output) =>
        output.Split('\n', StringSplitOptions.TrimEntries) is [{ Length: > 0 } architecture, ("yes" or "no") and var podman, var jobs, ..]
        && int.TryParse(jobs, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            ? new(xname, "Able to connect to node.", podman == "yes" ? $"Podman is at {Podman}." : $"There is no {Podman}.", architecture, count, podman == "yes")
            : null;

    static string LastLine(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault("");
}
