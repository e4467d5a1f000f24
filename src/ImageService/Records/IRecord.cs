namespace ImageSdk.ImageService.Records;

/// <summary>What all records have.</summary>
interface IRecord
{
    string Id { get; }

    /// <summary>When it was made, in UTC and ISO 8601 with microseconds and without a zone, as the original's clients know it.</summary>
    string Created { get; init; }

    /// <summary>When it was deleted softly; null of a record that is in use.</summary>
    string? Deleted { get; init; }
}

/// <summary>A record that has a name, which need not be its own.</summary>
interface INamedRecord : IRecord
{
    string Name { get; }
}

/// <summary>A record that may have an artifact.</summary>
interface ILinkedRecord : INamedRecord
{
    ArtifactLink? Link { get; init; }
}
