using System.Runtime.InteropServices;

namespace ImageSdk.ImageBuilder.Engine;

/// <summary>What the engine is started with.</summary>
static class EngineProgram
{
    /// <summary>In the field's words.</summary>
    public static string Architecture => RuntimeInformation.OSArchitecture switch
    {
        System.Runtime.InteropServices.Architecture.X64 => "amd64",
        var other => other.ToString().ToLowerInvariant(),
    };
}
