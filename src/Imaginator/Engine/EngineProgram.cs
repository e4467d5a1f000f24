using ImageSdk.Contracts.Projects;

namespace ImageSdk.Imaginator.Engine;

/// <summary>What the engine is started with.</summary>
static class EngineProgram
{
    /// <summary>How the engine reaches an image server: with the daemon's certificate, and none of the user's who runs it.</summary>
    public static ImageServerSettings ServerSettings(string address, string stateDirectory, string certificateFile, string keyFile) =>
        new(address, CertificateDirectory: Path.Combine(stateDirectory, "no-certificates")) { CertificateFile = certificateFile, KeyFile = keyFile };
}
