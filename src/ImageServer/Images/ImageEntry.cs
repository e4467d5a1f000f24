using ImageSdk.ImageServer.Objects;
using ImageSdk.Storage;

namespace ImageSdk.ImageServer.Images;

/// <summary>An image that the server has. About one and a half kilobyte, whatever the size of the image.</summary>
sealed class ImageEntry(ImageHeader header)
{
    /// <summary>Changes with the expiry only.</summary>
    public ImageHeader Header { get; set; } = header;

    /// <summary>Whether the references to its objects are counted.</summary>
    public bool IsCounted { get; set; }

    /// <summary>Whether it is being changed or removed.</summary>
    public bool IsBusy { get; set; }

    /// <summary>What is wrong with it; null where nothing is.</summary>
    public string? Fault { get; set; }

    /// <summary>What its references are counted for: all of them, or those that were there when it was loaded.</summary>
    public IReadOnlySet<ImageSdk.Images.ObjectHash>? MissingObjects { get; set; }

    public IReadOnlyList<ObjectUse> CountedAmong(IReadOnlyList<ObjectUse> uses) =>
        MissingObjects is { } missing ? [.. uses.Where(use => !missing.Contains(use.Hash))] : uses;
}
