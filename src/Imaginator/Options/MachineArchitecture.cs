using System.Runtime.InteropServices;

namespace ImageSdk.Imaginator.Options;

/// <summary>The architecture of this machine.</summary>
static class MachineArchitecture
{
    /// <summary>In the field's words.</summary>
    public static string Own { get; } = RuntimeInformation.OSArchitecture switch
    {
        Architecture.Arm64 => "arm64",
        _ => "amd64",
    };
}
