using ImageSdk.Contracts.Projects;
using ImageSdk.Tasks.Reading;
using Microsoft.Build.Framework;

namespace ImageSdk.Tasks;

/// <summary>What tasks share that are about a build by an imaginator.</summary>
public abstract class RemoteImageTask : ArtifactTask
{
    /// <summary>host or host:port.</summary>
    [Required]
    public string Builder { get; set; } = "";

    public string BuilderAuthorities { get; set; } = "";

    public string BuilderCertificates { get; set; } = "";

    public string BuilderFingerprint { get; set; } = "";

    public bool BuilderRequireTls { get; set; }

    /// <summary>Image files of the projects that this one references.</summary>
    public ITaskItem[] ReferencedImages { get; set; } = [];

    private protected ImageServerSettings BuilderSettings =>
        ImageServerParameters.Read(Builder, BuilderCertificates, BuilderAuthorities, BuilderFingerprint, BuilderRequireTls, 1, Absolute)!;

    private protected string[] References => [.. ReferencedImages.Select(image => Absolute(image.ItemSpec))];
}
