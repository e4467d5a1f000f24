using ImageSdk.Building.State;
using ImageSdk.Contracts;
using ImageSdk.Contracts.Stages;
using ImageSdk.Layers;

namespace ImageSdk.Building.Stages;

/// <summary>Names what the stages of a build make: equal names, equal layers.</summary>
sealed class StageKeys(BuildPlan plan, LayerStore layers)
{
    /// <summary>Of a root made from nothing.</summary>
    /// <param name="inputs">What it is made of, in words.</param>
    public string OfBootstrap(string inputs) => Of(ImageStage.UnpackSourceImage, "bootstrap", inputs);

    /// <param name="before">The same of what the stage begins with.</param>
    public string Of(ImageStage stage, string before, string inputs) =>
        // Only what comes from package repositories grows old without a change of its inputs, and that only where no lock names it.
        CacheKey.Of(before, inputs, StageTable.Of(stage) is { FollowsPackageAge: true, Kind: var kind } && plan.Project.Lock is null && !(kind == StageKind.Unpack && plan.Project.Bootstrap is { IsUnpacked: true }) ? layers.GenerationOf(StreamGeneration.KeyOf(plan.Project.Stream)) : "");
}
