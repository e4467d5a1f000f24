using System.Runtime.InteropServices;
using ImageSdk.Hosting.Flags;

namespace ImageSdk.Hosting;

/// <summary>A command of a daemon's program that does something and ends, such as a backup.</summary>
public static class DaemonCommand
{
    const int Failed = 1;
    const int WrongUsage = 2;

    /// <summary>Runs a command until it is done, or SIGTERM or SIGINT stops it. Errors are one line each.</summary>
    /// <param name="name">With its program: "imageserver backup".</param>
    /// <param name="codeOf">The code of an exception that is trouble of the site; null for others, which are not caught.</param>
    /// <returns>The exit status of the process.</returns>
    public static async Task<int> RunAsync(string name, Func<CancellationToken, Task> operation, Func<Exception, string?> codeOf)
    {
        using var stop = new CancellationTokenSource();
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        try
        {
            await operation(stop.Token);
            return 0;
        }
        catch (FlagException problem)
        {
            Console.Error.WriteLine($"{name}: {problem.Message}");
            return WrongUsage;
        }
        catch (OperationCanceledException)
        {
            Console.Error.WriteLine($"{name}: stopped");
            return Failed;
        }
        catch (Exception problem) when (codeOf(problem) is not null)
        {
            Console.Error.WriteLine($"{name}: error {codeOf(problem)}: {problem.Message}");
            return Failed;
        }

        void Stop(PosixSignalContext context)
        {
            context.Cancel = true;
            stop.Cancel();
        }
    }

    /// <summary>Says how a command is used: to who asks for it, or as an error.</summary>
    /// <returns>The exit status of the process.</returns>
    public static int Explain(string[] words, string usage)
    {
        var isAsked = words is ["-h" or "-help" or "--help"];
        (isAsked ? Console.Out : Console.Error).WriteLine(usage);
        return isAsked ? 0 : WrongUsage;
    }
}
