using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;
using ImageSdk.Contracts;
using ImageSdk.Layers;

namespace ImageSdk.Building.Downloads;

/// <summary>
/// Fetched contents in the build cache, by their digests:
/// <code>
/// downloads/ALGORITHM-HEX/NAME   a content under the name that it had at its address
/// downloads/part-KEY/            one that is not whole yet: "data", and what its server said of it
/// downloads/from-KEY/about       the content that was last at an address
/// downloads/new-*/               one on its way to its name
/// </code>
/// KEY is a digest of what it is for. A content appears by one rename.
/// </summary>
sealed class DownloadStore(LayerStore layers)
{
    const int LongestName = 120;

    public string Root { get; } = Path.Combine(layers.Root, "downloads");

    public string DirectoryOf(ContentDigest digest) => Path.Combine(Root, $"{digest.Algorithm}-{digest.Hex}");

    /// <summary>The content; null where it is not there.</summary>
    public string? Find(ContentDigest digest)
    {
        try
        {
            return Directory.EnumerateFiles(DirectoryOf(digest)).FirstOrDefault();
        }
        catch (DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Notes that a build uses it.</summary>
    public void MarkUsed(ContentDigest digest)
    {
        try
        {
            Directory.SetLastWriteTimeUtc(DirectoryOf(digest), DateTime.UtcNow);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A cache that is only read works all the same.
        }
    }

    /// <summary>Moves a whole file to where its content is found. One that is there already stays, as another build may be reading it.</summary>
    /// <param name="name">What the file is to be called.</param>
    public string Keep(string file, ContentDigest digest, string name)
    {
        if (Find(digest) is { } known)
            return known;
        var folder = Directory.CreateDirectory(Path.Combine(Root, $"new-{Guid.NewGuid():N}"), LayerStore.PrivateMode).FullName;
        File.Move(file, Path.Combine(folder, FileNameOf(name)));
        try
        {
            Directory.Move(folder, DirectoryOf(digest));
        }
        catch (IOException) when (Find(digest) is not null)
        {
            // Another build has the same from another address.
            Directory.Delete(folder, recursive: true);
        }
        return Find(digest)!;
    }

    /// <summary>Keeps a small content.</summary>
    public async Task AddAsync(byte[] content, ContentDigest digest, string name, CancellationToken cancellation)
    {
        var key = KeyOf(digest.ToString());
        using var held = await LockAsync(key, () => { }, cancellation);
        if (Find(digest) is not null)
            return;
        await File.WriteAllBytesAsync(PartOf(key), content, cancellation);
        Keep(PartOf(key), digest, name);
        RemovePart(key);
    }

    public void Remove(ContentDigest digest)
    {
        if (Directory.Exists(DirectoryOf(digest)))
            Directory.Delete(DirectoryOf(digest), recursive: true);
    }

    public string PartOf(string key)
    {
        var directory = Path.Combine(Root, $"part-{key}");
        Directory.CreateDirectory(directory, LayerStore.PrivateMode);
        return Path.Combine(directory, "data");
    }

    public void RemovePart(string key)
    {
        if (Directory.Exists(Path.Combine(Root, $"part-{key}")))
            Directory.Delete(Path.Combine(Root, $"part-{key}"), recursive: true);
    }

    public KnownContent? ReadPart(string key) => Read($"part-{key}");

    public void WritePart(string key, KnownContent about) => Write($"part-{key}", about);

    public KnownContent? ReadAddress(string key) => Read($"from-{key}");

    public void WriteAddress(string key, KnownContent about) => Write($"from-{key}", about);

    /// <summary>What an address had, where that is not longer ago; null where it has to be asked.</summary>
    public Downloaded? FindRecent(Uri address, TimeSpan age)
    {
        var key = KeyOf(address.AbsoluteUri);
        return ReadAddress(key) is { } about && DateTime.UtcNow - File.GetLastWriteTimeUtc(Path.Combine(Root, $"from-{key}", "about")) < age
            && ContentDigest.TryParse(about.Digest) is { } digest && Find(digest) is { } file
            ? new(file, digest)
            : null;
    }

    /// <summary>Held while a content is fetched, so that two builds fetch it once.</summary>
    public Task<IDisposable> LockAsync(string key, Action waiting, CancellationToken cancellation)
    {
        layers.CreateDirectories();
        Directory.CreateDirectory(Root, LayerStore.PrivateMode);
        return layers.LockAsync($"download-{key}", waiting, cancellation);
    }

    public static string KeyOf(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 16));

    KnownContent? Read(string directory) => JsonFile.TryRead(Path.Combine(Root, directory, "about"), DownloadJson.Default.KnownContent);

    void Write(string directory, KnownContent about)
    {
        Directory.CreateDirectory(Path.Combine(Root, directory), LayerStore.PrivateMode);
        JsonFile.Write(Path.Combine(Root, directory, "about"), about, DownloadJson.Default.KnownContent);
    }

    static string FileNameOf(string name)
    {
        var kept = string.Concat(name.Where(character => character != '/' && !char.IsControl(character)));
        return kept is "" or "." or ".." ? "content" : kept.Length > LongestName ? kept[^LongestName..] : kept;
    }
}

/// <summary>What is known of the content at an address.</summary>
/// <param name="Digest">Empty for one that is not whole.</param>
sealed record KnownContent(ContentVersion Version, string Digest = "");

[JsonSerializable(typeof(KnownContent))]
sealed partial class DownloadJson : JsonSerializerContext;
