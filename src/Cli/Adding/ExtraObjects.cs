using ImageSdk.Dominator.Transfer;
using ImageSdk.Images;

namespace ImageSdk.Cli.Adding;

/// <summary>Objects in memory, such as build logs, and behind them those of a tree.</summary>
sealed class ExtraObjects : IObjectSource
{
    readonly Dictionary<ObjectHash, byte[]> contents = [];

    public IObjectSource? Fallback { get; set; }

    public IReadOnlyList<OfferedObject> Offers => [.. contents.Select(entry => new OfferedObject(entry.Key, (ulong)entry.Value.Length, entry.Value))];

    public ObjectHash Add(byte[] content)
    {
        var hash = ObjectHash.Of(content);
        contents[hash] = content;
        return hash;
    }

    public Stream OpenRead(ObjectHash hash) => contents.TryGetValue(hash, out var content)
        ? new MemoryStream(content, writable: false)
        : Fallback?.OpenRead(hash) ?? throw new FileNotFoundException($"the content of {hash} is not here");
}
