namespace ImageSdk.ImageService.Records.Stores;

/// <summary>Another record has the link already.</summary>
sealed class LinkTakenException(string kind, string path, string owner) : Exception($"{kind}: {path} is that of {owner}")
{
    public string Path { get; } = path;

    /// <summary>The id of the record that has it.</summary>
    public string Owner { get; } = owner;
}
