using System.Net.Sockets;
using System.Runtime.InteropServices;
using ImageSdk.Hosting.Flags;
using ImageSdk.Hosting.Logs;
using ImageSdk.Hosting.Options;
using ImageSdk.Srpc;

namespace ImageSdk.Hosting;

/// <summary>A daemon's program, from its command line to its end.</summary>
/// <param name="options">Its options with their defaults; they know its name.</param>
/// <param name="purpose">What it does, for <c>-help</c>: "keeps images and serves them over SRPC and HTTP".</param>
public sealed class DaemonProgram<TOptions, TDaemon>(Func<TOptions> options, string purpose)
    where TOptions : DaemonOptions
    where TDaemon : IDaemon
{
    const int Failed = 1;
    const int WrongUsage = 2;

    /// <summary>Adds its own flags to the common ones.</summary>
    public Action<FlagSet, TOptions> AddFlags { get; init; } = (_, _) => { };

    /// <summary>Variables of /etc/default/NAME, besides the common ones, and their flags.</summary>
    public IReadOnlyDictionary<string, string> Variables { get; init; } = new Dictionary<string, string>();

    /// <summary>Looks at options that were read, and throws <see cref="FlagException"/> for what does not go together.</summary>
    public Action<TOptions> Check { get; init; } = _ => { };

    /// <summary>Makes the daemon.</summary>
    public required Func<DaemonResources<TOptions>, TDaemon> Open { get; init; }

    /// <summary>Whether an exception at the start is trouble of the site, which a line explains, besides those of files, ports and certificates.</summary>
    public Func<Exception, bool> IsTrouble { get; init; } = _ => false;

    /// <summary>Reads the options: flag files, /etc/default/NAME, command line, the later winning.</summary>
    /// <param name="add">Adds the flags of a command that has some of its own.</param>
    /// <exception cref="FlagException">They are wrong.</exception>
    public TOptions Read(IReadOnlyList<string> words, string etc, Action<FlagSet>? add = null)
    {
        var read = options();
        var flags = Bind(read);
        add?.Invoke(flags);
        DaemonFlags.Read(flags, read.Name, Variables, words, etc);
        Check(read);
        return read;
    }

    /// <summary>All flags with their defaults, for people.</summary>
    public string Describe() => Bind(options()).Describe();

    FlagSet Bind(TOptions target)
    {
        var flags = new FlagSet();
        DaemonFlags.AddCommon(flags, target);
        AddFlags(flags, target);
        return flags;
    }

    /// <summary>Runs the daemon until SIGTERM or SIGINT.</summary>
    /// <returns>The exit status of the process.</returns>
    public async Task<int> RunAsync(string[] words)
    {
        var name = options().Name;
        if (words is ["-h" or "-help" or "--help"])
        {
            Console.WriteLine($"{name} {purpose}. Flags:");
            Console.Write(Describe());
            return 0;
        }
        if (words is ["-version" or "--version"])
        {
            Console.WriteLine($"{name} {ServerVersion.Text}");
            return 0;
        }
        TOptions read;
        try
        {
            read = Read(words, "/etc");
        }
        catch (FlagException problem)
        {
            Console.Error.WriteLine($"{name}: {problem.Message}");
            Console.Error.WriteLine($"{name} -help lists the flags.");
            return WrongUsage;
        }
        if (Environment.IsPrivilegedProcess && !read.AllowRoot)
        {
            Console.Error.WriteLine($"{name}: do not run this as root: give its directories to a user of its own (or start with -allowRoot)");
            return Failed;
        }
        return await RunAsync(read);
    }

    async Task<int> RunAsync(TOptions read)
    {
        using var log = new ServerLog(read, TimeProvider.System);
        if (read.LogAtStartup)
            log.Write($"Startup: {ServerVersion.Text}");
        try
        {
            await using var host = await DaemonHost<TDaemon>.StartAsync(read, log, TimeProvider.System, Open);
            await RunUntilStoppedAsync($"listening on port {host.Port}");
            log.Write("Stopping");
            return 0;
        }
        catch (Exception problem) when (problem is SrpcException or IOException or UnauthorizedAccessException or SocketException or FormatException || IsTrouble(problem))
        {
            log.Write($"Cannot start: {problem.Message}");
            if (read.LogDirectory.Length > 0 && !read.AlsoLogToStderr)
                Console.Error.WriteLine($"{read.Name}: {problem.Message}");
            return Failed;
        }
    }

    static async Task RunUntilStoppedAsync(string status)
    {
        var stopped = new TaskCompletionSource();
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var ended = new CancellationTokenSource();
        SystemdNotifier.Ready(status);
        var alive = SystemdNotifier.KeepAliveAsync(TimeProvider.System, ended.Token);
        await stopped.Task;
        SystemdNotifier.Stopping();
        await ended.CancelAsync();
        await alive;

        void Stop(PosixSignalContext context)
        {
            context.Cancel = true;
            stopped.TrySetResult();
        }
    }
}
