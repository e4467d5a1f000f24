using System.Runtime.InteropServices;
using ImageSdk.Contracts.Projects;

namespace ImageSdk.Imaginator.Engine;

/// <summary>What the engine is started with.</summary>
static class EngineProgram
{
    public static string WorkerAssembly { get; } = Path.Combine(AppContext.BaseDirectory, "ImageSdk.Worker.dll");

    /// <summary>The daemon has a launcher of its own; the runtime that it runs on knows where the host is.</summary>
    public static string FindDotnet()
    {
        var host = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../../dotnet"));
        return File.Exists(host) ? host : "dotnet";
    }

    /// <summary>How the engine reaches an image server: with the daemon's certificate, and none of the user's who runs it.</summary>
    public static ImageServerSettings ServerSettings(string address, string stateDirectory, string certificateFile, string keyFile) =>
        new(address, CertificateDirectory: Path.Combine(stateDirectory, "no-certificates")) { CertificateFile = certificateFile, KeyFile = keyFile };
}
