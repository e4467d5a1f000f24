using System.Runtime.InteropServices;
using ImageSdk.Building;
using ImageSdk.Building.Workers;
using ImageSdk.Contracts.Diagnostics;
using Microsoft.Build.Framework;

namespace ImageSdk.Tasks;

/// <summary>A task that may take long and needs the sandboxed worker.</summary>
public abstract class SandboxedImageTask : ImageTask, ICancelableTask, IDisposable
{
    readonly CancellationTokenSource cancellation = new();

    /// <summary>Path of ImageSdk.Worker.dll; empty for the one beside the tasks.</summary>
    public string WorkerAssembly { get; set; } = "";

    /// <summary>Path of the dotnet host; empty for the one that runs this process.</summary>
    public string DotNetHost { get; set; } = "";

    public void Cancel() => cancellation.Cancel();

    public void Dispose()
    {
        cancellation.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected override bool IsCancelled => cancellation.IsCancellationRequested;

    private protected sealed override void Execute(ImageBuild build, IBuildListener listener)
    {
        Listener = listener;
        Task.Run(() => ExecuteAsync(build, Workers(), cancellation.Token)).GetAwaiter().GetResult();
    }

    /// <summary>Where the task tells what it does, while it runs.</summary>
    private protected IBuildListener Listener { get; private set; } = new SilentListener();

    private protected abstract Task ExecuteAsync(ImageBuild build, BuildWorkers workers, CancellationToken cancellation);

    /// <summary>
    /// One worker serves all stages of a project. MSBuild keeps it between tasks and disposes it with the build, however
    /// that ends. The assembly's own place is part of the key: two copies of it have two types of the same name.
    /// </summary>
    BuildWorkers Workers()
    {
        const RegisteredTaskObjectLifetime lifetime = RegisteredTaskObjectLifetime.Build;
        var engine = (IBuildEngine4)BuildEngine;
        var worker = Worker();
        var key = (typeof(BuildWorkers).FullName, typeof(BuildWorkers).Assembly.Location, worker, Absolute(ProjectFile), Absolute(StateDirectory));
        if (engine.GetRegisteredTaskObject(key, lifetime) is BuildWorkers existing)
            return existing;
        var workers = new BuildWorkers(worker, DotNet());
        engine.RegisterTaskObject(key, workers, lifetime, allowEarlyCollection: false);
        return workers;
    }

    /// <summary>The worker's assembly: as the task or the command line has it, or the one that comes with the tasks.</summary>
    private protected string Worker()
    {
        if (WorkerAssembly is { Length: > 0 })
            return Absolute(WorkerAssembly);
        return BuildEngine is IBuildEngine6 engine && engine.GetGlobalProperties().TryGetValue("ImageSdkWorkerAssembly", out var said) && said.Length > 0
            ? Absolute(said)
            : Path.Combine(Path.GetDirectoryName(typeof(SandboxedImageTask).Assembly.Location)!, "ImageSdk.Worker.dll");
    }

    /// <summary>The host that runs the worker: the one that runs the build.</summary>
    private protected string DotNet()
    {
        if (TaskEnvironment.GetEnvironmentVariable("DOTNET_HOST_PATH") is { Length: > 0 } said)
            return said;
        if (DotNetHost is { Length: > 0 })
            return DotNetHost;
        if (Environment.ProcessPath is { } process && Path.GetFileNameWithoutExtension(process) == "dotnet")
            return process;
        // An MSBuild started by its own launcher is not a host: its framework lies in ROOT/shared/NAME/VERSION, and the host in ROOT.
        var host = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../../dotnet"));
        return File.Exists(host) ? host : "dotnet";
    }
}
