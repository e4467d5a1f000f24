namespace ImageSdk.Artifacts;

/// <summary>A program of the machine that builds.</summary>
/// <param name="Program">As it is called: "mksquashfs".</param>
/// <param name="Package">The Debian package that has it: "squashfs-tools".</param>
public sealed record HostTool(string Program, string Package)
{
    // Administrators' programs too: an ordinary user's PATH leaves them out.
    const string SearchPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /// <summary>Where it is; null where it is not installed.</summary>
    public string? Find() => $"{Environment.GetEnvironmentVariable("PATH")}:{SearchPath}"
        .Split(':', StringSplitOptions.RemoveEmptyEntries)
        .Select(directory => Path.Combine(directory, Program))
        .FirstOrDefault(File.Exists);

    /// <exception cref="ArtifactException">IMG6003: it is not installed.</exception>
    public string Require() => Find()
        ?? throw new ArtifactException("IMG6003", $"The program \"{Program}\", which makes this artifact, is not installed. Install it: apt-get install {Package}");
}
