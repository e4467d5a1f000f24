namespace ImageSdk.Building.Reporting;

/// <summary>What a stage of a build did, and how long it took.</summary>
/// <param name="Stage">Name of the stage, and of its target.</param>
/// <param name="Start">When it began, since the first stage of the build did.</param>
/// <param name="Bytes">Of the files of its layer; hard links count once. Null where it has none, or where it is not known.</param>
/// <param name="Entries">Names that its layer sets or removes.</param>
/// <param name="Phases">What went on in it, in order.</param>
/// <param name="Note">What a user should know of it; null for nothing.</param>
public sealed record StageTiming(
    string Stage, StageResult Result, TimeSpan Start, TimeSpan Duration, ulong? Bytes, int? Entries, IReadOnlyList<StagePhase> Phases,
    string? Note = null);

/// <param name="Start">Since the first stage of the build began.</param>
public sealed record StagePhase(string Text, TimeSpan Start, TimeSpan Duration);

public enum StageResult
{
    /// <summary>Its layer was in the cache.</summary>
    Cached,

    /// <summary>It had to work.</summary>
    Ran,

    /// <summary>The project gives it nothing to do.</summary>
    Nothing,

    /// <summary>It could not be done, and the build ended with it.</summary>
    Failed,
}
