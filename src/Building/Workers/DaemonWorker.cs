using System.Runtime.InteropServices;

namespace ImageSdk.Building.Workers;

/// <summary>What daemons that build start the engine's worker with.</summary>
public static class DaemonWorker
{
    /// <summary>The worker, which lies beside the daemon.</summary>
    public static string Assembly { get; } = Path.Combine(AppContext.BaseDirectory, "ImageSdk.Worker.dll");

    /// <summary>The daemon has a launcher of its own; the runtime that it runs on knows where the host is.</summary>
    public static string FindDotnet()
    {
        var host = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../../dotnet"));
        return File.Exists(host) ? host : "dotnet";
    }
}
