using System.ComponentModel;
using System.Diagnostics;
using ImageSdk.ImageService.Problems;

namespace ImageSdk.ImageService.Confinement;

/// <summary>
/// A script as the first process of namespaces of its own: mounts, processes, host name, messages. All that it starts and mounts is gone when it ends, when the
/// caller wants it, and when this service is killed: the script watches its standard input, which closes then.
/// </summary>
/// <param name="bounds">What the script may take.</param>
sealed class ConfinedProcess(JobBounds bounds)
{
    /// <summary>
    /// What scripts begin with. <c>run</c> runs what follows as a child and ends with it, or when the input ends; the end of the first process is the end of all.
    /// </summary>
    public const string Prelude =
        """
        exec 3<&0 </dev/null
        run() {
            "$@" 3<&- & main=$!
            { cat <&3 >/dev/null; kill -KILL "$main"; } 2>/dev/null &
            wait "$main"
            exit $?
        }
        set -e
        mount --make-rprivate /

        """;

    /// <summary>Why it cannot be used here; null where it can.</summary>
    public static string? WhyNot => Environment.IsPrivilegedProcess ? null : "the service has to run as root for it";

    /// <summary>Runs a script, which calls its main program by <c>run</c>.</summary>
    /// <param name="arguments">Of the script.</param>
    /// <param name="variables">All of its environment besides PATH.</param>
    /// <param name="output">Receives lines of both outputs.</param>
    /// <returns>The status with which it ends.</returns>
    /// <exception cref="RunException">IMG7621: it cannot be started. IMG7637 or IMG7638: it has reached a limit, or the disk is full.</exception>
    public async Task<int> RunAsync(
        string script, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> variables, Action<string> output, CancellationToken cancellation)
    {
        if (WhyNot is { } reason)
            throw new RunException("IMG7621", $"The job cannot be done on this machine: {reason}.");
        using var groups = bounds.Begin();
        var enter = string.Concat(groups.Directories.Select(group => $"echo 0 >'{group}/cgroup.procs'\n"));
        var start = new ProcessStartInfo(
            "/usr/bin/unshare", ["--mount", "--pid", "--ipc", "--uts", "--fork", "--kill-child", "--mount-proc", "--", "/bin/sh", "-c", enter + Prelude + script, "sh", .. arguments])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/",
        };
        start.Environment.Clear();
        start.Environment["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
        foreach (var (name, value) in variables)
            start.Environment[name] = value;
        using var process = StartProcess(start);
        process.OutputDataReceived += (_, line) => Take(line.Data);
        process.ErrorDataReceived += (_, line) => Take(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        using var ended = new CancellationTokenSource();
        var watch = bounds.Watch().WaitAsync(ended.Token);
        bool isOver;
        await using (cancellation.Register(() => process.StandardInput.Close()))
        {
            var exit = process.WaitForExitAsync(CancellationToken.None);
            isOver = await Task.WhenAny(exit, watch) == watch;
            if (isOver)
                process.StandardInput.Close();
            await exit;
        }
        await ended.CancelAsync();
        await watch.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellation.ThrowIfCancellationRequested();
        if (process.ExitCode != 0 && bounds.FindReached(groups, isOver) is { } reached)
            throw reached;
        return process.ExitCode;

        void Take(string? line)
        {
            if (line is not null)
                output(line);
        }
    }

    static Process StartProcess(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception problem)
        {
            throw new RunException("IMG7621", $"{start.FileName} cannot be started: {problem.Message} (apt-get install util-linux)", problem);
        }
    }
}
