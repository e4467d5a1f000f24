namespace ImageSdk.Building.Documents;

/// <summary>What is worked out for the documents about an image before they are asked for.</summary>
sealed class DocumentsAhead
{
    /// <summary>What earlier builds have read, being read; null where that was not begun, or was taken.</summary>
    public Task<KnownBefore>? Known { get; set; }

    /// <summary>What the documents say, worked out while the image's tests run; null where that was not begun, or was taken.</summary>
    public Task<DescribedDocuments>? Documents { get; set; }
}
