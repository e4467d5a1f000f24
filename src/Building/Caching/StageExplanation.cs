using ImageSdk.Building.State;
using ImageSdk.Contracts.Stages;

namespace ImageSdk.Building.Caching;

public enum StageStatus
{
    /// <summary>The stage has nothing to do.</summary>
    Idle,

    /// <summary>Its layer is there; it runs no more until something changes.</summary>
    Done,

    /// <summary>It runs in the next build, or takes its layer from the cache.</summary>
    WillRun,
}

public enum StageReason
{
    /// <summary>Nothing is known to compare with.</summary>
    First,

    /// <summary>What it reads changed.</summary>
    Inputs,

    /// <summary>What it stands on changed.</summary>
    Below,

    /// <summary>The source image is another one.</summary>
    Source,

    /// <summary>Packages were fetched again from their repositories, which happens without any change of inputs.</summary>
    Age,

    /// <summary>Its layer is no longer in the cache.</summary>
    Lost,
}

/// <summary>Why a stage ran, or will run.</summary>
/// <param name="Layer">The layer that the stage has now; null where it has none.</param>
/// <param name="PreviousLayer">The layer that was compared with; null where there is none.</param>
/// <param name="ChangedStage">For <see cref="StageReason.Below"/>, the stage where the change began; null where unknown.</param>
public sealed record StageExplanation(
    ImageStage Stage, StageStatus Status, StageReason Reason, string? Layer, string? PreviousLayer,
    ImageStage? ChangedStage, IReadOnlyList<InputChange> Changes)
{
    /// <summary>The project's own earlier layer is not known or gone, and the most similar one in the cache was compared with.</summary>
    public bool IsGuess { get; init; }
}
