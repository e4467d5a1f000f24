using System.Diagnostics;
using System.Text;

namespace ImageSdk.Building.Worker;

/// <summary>Runs programs of the host, as root or in the namespace where the user is root, in an environment that does not depend on who builds.</summary>
sealed class HostCommand(StageContext context)
{
    static readonly (string Name, string Value)[] BaseEnvironment =
    [
        ("HOME", "/"), ("LOGNAME", "root"), ("USER", "root"), ("LC_ALL", "C.UTF-8"),
        ("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"),
    ];

    // Proxies are the machine's way to the network, not a property of the image.
    static readonly string[] Inherited = ["http_proxy", "https_proxy", "no_proxy", "SOURCE_DATE_EPOCH", "TZ"];

    /// <summary>Runs to the end.</summary>
    /// <param name="output">Where each line goes, of standard output and standard error together.</param>
    /// <param name="echo">Whether the lines go to the stage's log as well.</param>
    public int Run(
        string program, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string>? environment = null,
        Action<string>? output = null, bool echo = true)
    {
        // One pipe for both keeps the order in which the lines were written.
        var start = new ProcessStartInfo("/bin/sh") { RedirectStandardInput = true, RedirectStandardOutput = true, WorkingDirectory = "/" };
        start.StandardOutputEncoding = Encoding.UTF8;
        foreach (var argument in new[] { "-c", "exec \"$@\" 2>&1", "sh", program }.Concat(arguments))
            start.ArgumentList.Add(argument);
        start.Environment.Clear();
        foreach (var (name, value) in BaseEnvironment)
            start.Environment[name] = value;
        foreach (var name in Inherited)
            if (Environment.GetEnvironmentVariable(name) is { } value)
                start.Environment[name] = value;
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        while (process.StandardOutput.ReadLine() is { } line)
            output?.Invoke(echo ? context.Log(line) : line);
        process.WaitForExit();
        context.Cancellation.ThrowIfCancellationRequested();
        return process.ExitCode;
    }
}
