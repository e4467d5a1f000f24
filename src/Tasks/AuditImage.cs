using ImageSdk.Building;
using ImageSdk.Building.Auditing;
using ImageSdk.Building.Workers;
using Microsoft.Build.Framework;

namespace ImageSdk.Tasks;

/// <summary>Holds advisories against the built image, and warns of vulnerable packages.</summary>
[MSBuildMultiThreadableTask]
public sealed class AuditImage : SandboxedImageTask
{
    /// <summary>Paths and addresses of advisories.</summary>
    [Required]
    public string[] Advisories { get; set; } = [];

    /// <summary>Advisories or CVEs that do not count.</summary>
    public string[] Ignored { get; set; } = [];

    /// <summary>Whether vulnerabilities without a fix count, too.</summary>
    public bool WithUnfixed { get; set; }

    private protected override Task ExecuteAsync(ImageBuild build, BuildWorkers workers, CancellationToken cancellation) =>
        build.AuditAsync(new([.. Advisories.SelectMany(Words)], Ignored, WithUnfixed), workers, cancellation);

    // A command line has no other way to give several than with the semicolon escaped, which is not taken for one that parts then.
    static string[] Words(string text) => text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
