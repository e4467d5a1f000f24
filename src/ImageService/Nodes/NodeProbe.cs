using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace ImageSdk.ImageService.Nodes;

/// <summary>Looks at build nodes over SSH, by the <c>ssh</c> program.</summary>
/// <param name="program">The program.</param>
/// <param name="keyFile">The service's private key; empty for the user's own.</param>
/// <param name="knownHosts">File of the keys of nodes that are known; the first one that a node shows is believed, another one is not. Empty for the user's own.</param>
sealed class NodeProbe(string program, string keyFile, string knownHosts)
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
        var start = new ProcessStartInfo(program) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in Arguments(xname))
            start.ArgumentList.Add(argument);
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (Win32Exception exception)
        {
            return NodeStatus.Unreachable(xname, $"{program}: {exception.Message} (apt-get install openssh-client)");
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

    IEnumerable<string> Arguments(string xname)
    {
        foreach (var option in (string[])["BatchMode=yes", "ConnectTimeout=5", "StrictHostKeyChecking=accept-new", "LogLevel=ERROR"])
        {
            yield return "-o";
            yield return option;
        }
        if (knownHosts.Length > 0)
        {
            yield return "-o";
            yield return $"UserKnownHostsFile=\"{knownHosts}\"";
        }
        if (keyFile.Length > 0)
        {
            yield return "-i";
            yield return keyFile;
        }
        // A name is no option, whatever it begins with.
        yield return "-l";
        yield return "root";
        yield return "--";
        yield return xname;
        yield return Question;
    }

    static NodeStatus? Read(string xname, string output) =>
        output.Split('\n', StringSplitOptions.TrimEntries) is [{ Length: > 0 } architecture, ("yes" or "no") and var podman, var jobs, ..]
        && int.TryParse(jobs, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            ? new(xname, "Able to connect to node.", podman == "yes" ? $"Podman is at {Podman}." : $"There is no {Podman}.", architecture, count, podman == "yes")
            : null;

    static string LastLine(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault("");
}
