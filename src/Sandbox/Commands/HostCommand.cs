using System.Diagnostics;
using ImageSdk.Contracts.Projects;
using ImageSdk.Sandbox.Logging;
using ImageSdk.Sandbox.Network;

namespace ImageSdk.Sandbox.Commands;

/// <summary>Runs programs of the host, as root or in the namespace where the user is root, in an environment that does not depend on who builds.</summary>
sealed class HostCommand(StageContext context)
{
    static readonly (string Name, string Value)[] BaseEnvironment =
    [
        ("HOME", "/"), ("LOGNAME", "root"), ("USER", "root"), ("LC_ALL", "C.UTF-8"),
        ("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"),
    ];

    static readonly string[] Inherited = ["SOURCE_DATE_EPOCH", "TZ"];

    /// <summary>Of the stage that the programs work for.</summary>
    public ResourceLimits Limits => context.Settings.Limits;

    /// <summary>Runs to the end.</summary>
    /// <param name="output">Where each line goes that is data, of standard output and standard error together.</param>
    /// <param name="echo">Whether those lines go to the stage's log as well.</param>
    /// <param name="prelude">What a shell does that goes on as the program.</param>
    /// <param name="log">Where the output goes instead where there may be much of it, for people to read.</param>
    public int Run(
        string program, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string>? environment = null,
        Action<string>? output = null, bool echo = false, CommandOutput? log = null, string prelude = "")
    {
        // One pipe for both keeps the order in which the lines were written.
        var start = new ProcessStartInfo("/bin/sh") { RedirectStandardInput = true, RedirectStandardOutput = true, WorkingDirectory = "/" };
        foreach (var argument in new[] { "-c", $"{prelude}exec \"$@\" 2>&1", "sh", program }.Concat(arguments))
            start.ArgumentList.Add(argument);
        start.Environment.Clear();
        foreach (var (name, value) in BaseEnvironment)
            start.Environment[name] = value;
        foreach (var (name, value) in MachineProxies.Current.Variables)
            start.Environment[name] = value;
        foreach (var name in Inherited)
            if (Environment.GetEnvironmentVariable(name) is { } value)
                start.Environment[name] = value;
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        if (log is null)
            OutputLines.Read(process.StandardOutput.BaseStream, line => output?.Invoke(echo ? context.Log(line) : line));
        else
            OutputLines.Read(process.StandardOutput.BaseStream, OutputLines.LongestKept, log.Add);
        process.WaitForExit();
        context.Cancellation.ThrowIfCancellationRequested();
        return process.ExitCode;
    }
}
