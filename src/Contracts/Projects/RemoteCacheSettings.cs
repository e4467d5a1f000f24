namespace ImageSdk.Contracts.Projects;

/// <summary>A build cache that machines share: a directory on a file system that they all have, or an image server.</summary>
public sealed record RemoteCacheSettings
{
    /// <summary>Absolute path; empty where it is a server.</summary>
    public string Directory { get; init; } = "";

    /// <summary>Null where it is a directory.</summary>
    public ImageServerSettings? Server { get; init; }

    /// <summary>Whether layers are only taken from it: for builds of what has not been reviewed yet.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>How long a layer stays there after it was made.</summary>
    public TimeSpan MaxAge { get; init; } = TimeSpan.FromDays(30);
}
