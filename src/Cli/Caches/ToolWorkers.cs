using System.Runtime.InteropServices;
using ImageSdk.Building.Workers;

namespace ImageSdk.Cli.Caches;

/// <summary>The worker that lies beside the tool.</summary>
static class ToolWorkers
{
    public static BuildWorkers Create() => new(Path.Combine(AppContext.BaseDirectory, "ImageSdk.Worker.dll"), FindDotnet());

    // The tool has a launcher of its own; the runtime that it runs on knows where the host is.
    static string FindDotnet()
    {
        var host = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../../dotnet"));
        return File.Exists(host) ? host : "dotnet";
    }
}
