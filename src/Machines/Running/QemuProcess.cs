using System.Diagnostics;

namespace ImageSdk.Machines.Running;

/// <summary>
/// A QEMU that ends with this process, however that ends. The kernel sees to it when the thread that started it ends, so the
/// thread stays until QEMU is gone.
/// </summary>
sealed class QemuProcess : IDisposable
{
    readonly Process process;
    readonly TaskCompletionSource<int> exit = new(TaskCreationOptions.RunContinuationsAsynchronously);

    QemuProcess(ProcessStartInfo start)
    {
        var started = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() => Run(start, started)) { IsBackground = true, Name = "qemu" };
        thread.Start();
        process = started.Task.GetAwaiter().GetResult();
    }

    /// <param name="redirect">Whether its standard streams are this program's to read and write; otherwise it shares ours.</param>
    public static QemuProcess Start(string program, IReadOnlyList<string> arguments, bool redirect)
    {
        var start = new ProcessStartInfo("setpriv")
        {
            RedirectStandardInput = redirect, RedirectStandardOutput = redirect, RedirectStandardError = redirect, UseShellExecute = false,
        };
        foreach (var argument in new[] { "--pdeathsig", "KILL", program }.Concat(arguments))
            start.ArgumentList.Add(argument);
        return new QemuProcess(start);
    }

    /// <summary>Its exit code, once it has ended.</summary>
    public Task<int> Exit => exit.Task;

    public Stream Input => process.StandardInput.BaseStream;

    public Stream Output => process.StandardOutput.BaseStream;

    public Stream Errors => process.StandardError.BaseStream;

    void Run(ProcessStartInfo start, TaskCompletionSource<Process> started)
    {
        try
        {
            var running = Process.Start(start)!;
            started.SetResult(running);
            running.WaitForExit();
            exit.SetResult(running.ExitCode);
        }
        catch (Exception exception) when (!started.Task.IsCompleted)
        {
            started.SetException(exception);
        }
    }

    public void Kill()
    {
        try
        {
            if (!exit.Task.IsCompleted)
                process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It has ended meanwhile.
        }
    }

    /// <summary>Ends it where it still runs.</summary>
    public void Dispose()
    {
        Kill();
        exit.Task.Wait();
        process.Dispose();
    }
}
