using System.Diagnostics;
using System.Text;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Messages;
using ImageSdk.Contracts.Networking;
using ImageSdk.Posix;

namespace ImageSdk.Building.Workers;

/// <summary>
/// A worker in namespaces of its own: private mounts, processes, IPC and host name, and for an ordinary user a user
/// namespace in which he is root over his subordinate ids. The kernel ends all of it with the first process, so that a
/// killed build leaves nothing mounted and nothing running.
/// </summary>
sealed class WorkerProcess : IDisposable
{
    /// <summary>How long a cancelled worker may say nothing, which it does while it removes its files, before it is killed.</summary>
    static readonly TimeSpan SilencePatience = TimeSpan.FromSeconds(2);

    /// <summary>How long a worker may take to end, whatever it says.</summary>
    static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(60);

    readonly Func<Process> start;
    readonly Process process;
    Task cancelling = Task.CompletedTask;
    long lastHeard;
    readonly Task<string> errors;
    readonly BinaryWriter requests;
    readonly BinaryReader events;

    WorkerProcess(Func<Process> start, string cacheDirectory)
    {
        this.start = start;
        process = start();
        CacheDirectory = cacheDirectory;
        requests = new BinaryWriter(new BufferedStream(process.StandardInput.BaseStream), Encoding.UTF8);
        events = new BinaryReader(new BufferedStream(process.StandardOutput.BaseStream));
        errors = BackgroundWork.Start(process.StandardError.ReadToEnd);
    }

    public string CacheDirectory { get; }

    public bool HasExited => process.HasExited;

    public static WorkerProcess Start(string workerAssembly, string dotnet, string cacheDirectory)
    {
        SandboxRequirements.Check();
        // Root of a user namespace has no one to ask for ids, and is as little root of the machine as an ordinary user is.
        var isRoot = Processes.IsRoot;
        var isRootless = !isRoot || ProcessRights.Current.IsInUserNamespace;
        var start = new ProcessStartInfo("setsid")
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false,
        };
        string[] user = isRoot ? [] : ["--map-root-user", "--map-auto"];
        string[] arguments =
        [
            "unshare", .. user, "--mount", "--pid", "--ipc", "--uts", "--fork", "--kill-child", "--mount-proc",
            dotnet, "exec", workerAssembly, cacheDirectory, Processes.UserId.ToString(),
        ];
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        SetEnvironment(start, isRootless);
        return new WorkerProcess(() => Process.Start(start)!, cacheDirectory);
    }

    static void SetEnvironment(ProcessStartInfo start, bool isRootless)
    {
        var inherited = new[] { "PATH", "HOME", "DOTNET_ROOT", "TZ", "SOURCE_DATE_EPOCH" }.Concat(ProxyVariables.AllNames).Select(name => (Name: name, Value: Environment.GetEnvironmentVariable(name))).Where(variable => variable.Value is not null).ToList();
        start.Environment.Clear();
        foreach (var (name, value) in inherited)
            start.Environment[name] = value;
        start.Environment["LC_ALL"] = "C.UTF-8";
        start.Environment.Add(WorkerEnvironment.Rootless(isRootless)!);
        // A killed process would leave its diagnostics socket in /tmp.
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        start.Environment["DOTNET_TieredPGO"] = "0";
    }

    /// <summary>Asks, passes on what the worker tells, and waits for the end.</summary>
    /// <remarks>
    /// A thread waits: what the framework needs to wait for a pipe without one takes longer to load than a small layer to make.
    /// </remarks>
    public Task<DoneEvent> AskAsync(WorkerRequest request, IBuildListener listener, CancellationToken cancellation) =>
        BackgroundWork.Start(() => Ask(request, listener, cancellation));

    DoneEvent Ask(WorkerRequest request, IBuildListener listener, CancellationToken cancellation)
    {
        try
        {
            Send(request);
        }
        catch (IOException)
        {
            throw Died();
        }
        using var registration = cancellation.Register(Cancel);
        while (TryRead() is { } @event)
        {
            Volatile.Write(ref lastHeard, Stopwatch.GetTimestamp());
            switch (@event)
            {
                case OutputEvent output:
                    listener.Output(output.Line);
                    break;
                case ProgressEvent progress:
                    listener.Progress(progress.Text);
                    break;
                case DiagnosticEvent diagnostic:
                    listener.Report(diagnostic.Diagnostic);
                    break;
                case FailedEvent when cancellation.IsCancellationRequested:
                    break; // It goes on to remove its files: the build ends with it.
                case FailedEvent failed:
                    throw new BuildException(failed.Diagnostic);
                case DoneEvent done:
                    return done;
            }
        }
        cancellation.ThrowIfCancellationRequested();
        throw Died();
    }

    void Send(WorkerRequest request)
    {
        // A request and its cancellation may come from two threads.
        lock (requests)
        {
            WorkerMessages.Requests.Write(requests, request);
            requests.Flush();
        }
    }

    /// <returns>Null where the worker has ended, also in the middle of a message.</returns>
    WorkerEvent? TryRead()
    {
        try
        {
            return WorkerMessages.Events.TryRead(events);
        }
        catch (EndOfStreamException)
        {
            return null;
        }
    }

    BuildException Died()
    {
        process.WaitForExit();
        return SandboxRequirements.Explain(errors.GetAwaiter().GetResult().Trim(), process.ExitCode);
    }

    void Cancel()
    {
        Volatile.Write(ref lastHeard, Stopwatch.GetTimestamp());
        _ = Task.Run(() =>
        {
            try
            {
                Send(new CancelRequest());
            }
            catch (Exception exception) when (exception is IOException or InvalidOperationException)
            {
                // It is gone already.
            }
        });
        // Also one that does not even read what it is told.
        cancelling = Task.Run(() =>
        {
            var begin = Stopwatch.GetTimestamp();
            while (!process.WaitForExit(TimeSpan.FromMilliseconds(100)))
                if (Stopwatch.GetElapsedTime(Volatile.Read(ref lastHeard)) > SilencePatience || Stopwatch.GetElapsedTime(begin) > EndPatience)
                {
                    Kill();
                    return;
                }
        });
    }

    /// <summary>Ends a worker that does not end by itself, and has another one remove what it leaves.</summary>
    void Kill()
    {
        Processes.Kill(process.Id);
        process.WaitForExit();
        // The namespaces' first process ends a moment after the one that was killed, and with it its hold on the folder.
        errors.Wait(EndPatience);
        // A worker begins with that, and ends where no request comes.
        using var sweeper = start();
        sweeper.StandardInput.Close();
        if (!sweeper.WaitForExit(EndPatience))
            Processes.Kill(sweeper.Id);
    }

    public void Dispose()
    {
        try
        {
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It is gone already.
        }
        cancelling.Wait();
        if (!process.WaitForExit(EndPatience))
            Kill();
        process.Dispose();
    }
}
