using ImageSdk.Building.Layers;
using ImageSdk.Building.Reporting;

namespace ImageSdk.Building.Stages;

/// <summary>How a stage ended.</summary>
/// <param name="Summary">A line for the log, for instance "cached" or "4.1 s".</param>
/// <param name="Layer">How big its layer is; null where it has none, or where it is not known.</param>
public sealed record StageOutcome(StageResult Result, string Summary, LayerSize? Layer = null)
{
    /// <summary>False where the layer came from the cache or the stage had nothing to do.</summary>
    public bool Ran => Result == StageResult.Ran;
}
