using ImageSdk.ImageService.Artifacts;
using ImageSdk.ImageService.Nodes;
using ImageSdk.ImageService.Options;
using ImageSdk.ImageService.Records;
using ImageSdk.ImageService.Records.Stores;
using ImageSdk.ImageService.Runs;

namespace ImageSdk.ImageService.Resources;

/// <summary>What resources work with.</summary>
/// <param name="Log">Where it is noted what went on regardless.</param>
/// <param name="Probe">Looks at build nodes.</param>
/// <param name="LargestManifest">Bytes; a manifest that has as many is too large.</param>
/// <param name="Jobs">What jobs are like.</param>
/// <param name="Runs">Does them.</param>
sealed record ServiceContext(RecordStore Records, IArtifactStore Artifacts, TimeProvider Time, Action<string> Log, NodeProbe Probe, int LargestManifest, JobSettings Jobs, JobRuns Runs)
{
    public ArtifactPlaces Places { get; init; } = new();

    public required LogLevel LogLevel { get; init; }

    public RecordTurns Turns { get; } = new();

    public string Now => RecordTime.Of(Time);

    /// <summary>Notes in the log what went on regardless.</summary>
    public void Note(string code, string message) => Log($"{code}: {message}");

    public static string NewId() => Guid.NewGuid().ToString();
}
