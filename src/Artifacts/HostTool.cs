using ImageSdk.Posix;

namespace ImageSdk.Artifacts;

/// <summary>A program of the machine that builds.</summary>
/// <param name="Program">As it is called: "mksquashfs".</param>
/// <param name="Package">The Debian package that has it: "squashfs-tools".</param>
public sealed record HostTool(string Program, string Package)
{
    /// <summary>Where it is; null where it is not installed.</summary>
    public string? Find() => ProgramPath.Find(Program);

    /// <exception cref="ArtifactException">IMG6003: it is not installed.</exception>
    public string Require() => Find()
        ?? throw new ArtifactException("IMG6003", $"The program \"{Program}\", which makes this artifact, is not installed. Install it: apt-get install {Package}");
}
