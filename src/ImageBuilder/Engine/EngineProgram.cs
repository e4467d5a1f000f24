using System.Runtime.InteropServices;

namespace ImageSdk.ImageBuilder.Engine;

/// <summary>What the engine is started with.</summary>
static class EngineProgram
{
    public static string WorkerAssembly { get; } = Path.Combine(AppContext.BaseDirectory, "ImageSdk.Worker.dll");

    /// <summary>In the field's words.</summary>
    public static string Architecture => RuntimeInformation.OSArchitecture switch
    {
        System.Runtime.InteropServices.Architecture.X64 => "amd64",
        var other => other.ToString().ToLowerInvariant(),
    };

    /// <summary>The daemon has a launcher of its own; the runtime that it runs on knows where the host is.</summary>
    public static string FindDotnet()
    {
        var host = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../../dotnet"));
        return File.Exists(host) ? host : "dotnet";
    }
}
