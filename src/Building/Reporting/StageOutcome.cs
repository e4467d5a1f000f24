using ImageSdk.Contracts.Messages;

namespace ImageSdk.Building.Reporting;

/// <summary>How a stage ended.</summary>
/// <param name="Summary">A line for the log, for instance "cached" or "4.1 s".</param>
/// <param name="Note">What a user should know of it, for the build's report; null for nothing.</param>
/// <param name="Layer">How big its layer is; null where it has none, or where it is not known.</param>
public sealed record StageOutcome(StageResult Result, string Summary, LayerSize? Layer = null, string? Note = null)
{
    /// <summary>False where the layer came from the cache or the stage had nothing to do.</summary>
    public bool Ran => Result == StageResult.Ran;
}
