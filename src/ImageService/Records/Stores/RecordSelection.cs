namespace ImageSdk.ImageService.Records.Stores;

/// <summary>Some of the records of a list.</summary>
sealed record RecordSelection
{
    public static RecordSelection All { get; } = new();

    /// <summary>Those of this name; null for all.</summary>
    public string? Name { get; init; }

    /// <summary>Those behind the one with this number, in the order in which they were made; null for all.</summary>
    public long? After { get; init; }

    /// <summary>So many at most; null for all.</summary>
    public int? Limit { get; init; }

    /// <summary>So many are left out first.</summary>
    public int Offset { get; init; }

    public bool NewestFirst { get; init; }
}
