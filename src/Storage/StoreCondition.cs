namespace ImageSdk.Storage;

/// <summary>What the repair of an object store came upon.</summary>
/// <param name="EmptyObjects">Objects without content, as a power cut leaves them; they are in quarantine now.</param>
/// <param name="ForeignNames">Paths below the store that are no object's; they were left alone.</param>
/// <param name="LeftoverCount">Files of writers that died; they are removed.</param>
public sealed record StoreCondition(
    IReadOnlyList<Images.ObjectHash> EmptyObjects, IReadOnlyList<string> ForeignNames, int LeftoverCount);
