using System.Diagnostics;
using System.Text;

namespace ImageSdk.Artifacts;

/// <summary>
/// Runs programs of the host in an environment that does not depend on who builds. They end with the worker, however it ends;
/// a cancelled build kills them.
/// </summary>
/// <param name="output">Takes every line that they print.</param>
public sealed class HostToolRunner(Action<string> output, CancellationToken cancellation)
{
    const int KeptLines = 12;

    static readonly (string Name, string Value)[] BaseEnvironment =
    [
        ("HOME", "/"), ("LOGNAME", "root"), ("USER", "root"), ("LC_ALL", "C.UTF-8"), ("TZ", "UTC"),
        ("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"),
    ];

    /// <summary>Runs a program to its end.</summary>
    /// <param name="environment">What it gets beyond a search path, a locale and the time zone UTC.</param>
    /// <param name="input">Writes its standard input; without, that is empty.</param>
    /// <param name="lines">Takes its lines as well, standard output and standard error together.</param>
    /// <param name="isSuccess">Which exit codes are no failure; without, 0.</param>
    /// <exception cref="ArtifactException">IMG6003: it is not installed. IMG6004: it failed.</exception>
    public void Run(
        HostTool tool, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string>? environment = null,
        Action<Stream>? input = null, Action<string>? lines = null, Func<int, bool>? isSuccess = null)
    {
        cancellation.ThrowIfCancellationRequested();
        // One pipe for both keeps the order in which the lines were written.
        using var process = Start(tool, ["/bin/sh", "-c", "exec \"$@\" 2>&1", "sh", tool.Require(), .. arguments], environment);
        var last = new Queue<string>();
        var feeding = Feed(process, input);
        while (process.StandardOutput.ReadLine() is { } line)
        {
            if (last.Count == KeptLines)
                last.Dequeue();
            last.Enqueue(line);
            output(line);
            lines?.Invoke(line);
        }
        process.WaitForExit();
        cancellation.ThrowIfCancellationRequested();
        // What went wrong with the input comes before what the program made of it.
        feeding.GetAwaiter().GetResult();
        if (!(isSuccess?.Invoke(process.ExitCode) ?? process.ExitCode == 0))
            throw new ArtifactException("IMG6004",
                $"{tool.Program} ended with exit code {process.ExitCode}. {(last.Count == 0 ? "It said nothing." : $"It said: {string.Join('\n', last)}")}");
    }

    /// <summary>Runs a program as a filter: writes its standard input and takes its standard output as bytes.</summary>
    /// <inheritdoc cref="Run" path="/exception"/>
    public void Filter(HostTool tool, IReadOnlyList<string> arguments, Action<Stream> input, Stream target)
    {
        cancellation.ThrowIfCancellationRequested();
        using var process = Start(tool, [tool.Require(), .. arguments], null, readsErrors: true);
        var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        var feeding = Feed(process, input);
        process.StandardOutput.BaseStream.CopyTo(target, 1 << 18);
        process.WaitForExit();
        cancellation.ThrowIfCancellationRequested();
        feeding.GetAwaiter().GetResult();
        if (process.ExitCode != 0)
            throw new ArtifactException("IMG6004", $"{tool.Program} ended with exit code {process.ExitCode}. It said: {errors.GetAwaiter().GetResult().Trim()}");
    }

    static Process Start(HostTool tool, IReadOnlyList<string> command, IReadOnlyDictionary<string, string>? environment, bool readsErrors = false)
    {
        var start = new ProcessStartInfo(command[0])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = readsErrors,
            WorkingDirectory = "/", StandardOutputEncoding = Encoding.UTF8,
        };
        foreach (var argument in command.Skip(1))
            start.ArgumentList.Add(argument);
        start.Environment.Clear();
        foreach (var (name, value) in BaseEnvironment)
            start.Environment[name] = value;
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        return Process.Start(start) ?? throw new ArtifactException("IMG6004", $"{tool.Program} could not be started.");
    }

    static Task Feed(Process process, Action<Stream>? input) => Task.Factory.StartNew(
        () =>
        {
            using var stream = process.StandardInput.BaseStream;
            try
            {
                input?.Invoke(stream);
                stream.Flush();
            }
            catch (IOException) when (process.WaitForExit(TimeSpan.FromSeconds(1)))
            {
                // It ended before it had read all; its exit code says whether that is right.
            }
            catch when (Kill(process))
            {
                throw;
            }
        },
        CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    // Input by halves must not look like the whole.
    static bool Kill(Process process)
    {
        process.Kill();
        return true;
    }
}
