using System.Text.Json.Serialization;
using ImageSdk.Contracts;

namespace ImageSdk.Building.ArtifactBuilds;

/// <summary>
/// What is known of an artifact that was made: NAME.FORMAT.json beside it. The artifact counts as long as its files look as they
/// did then.
/// </summary>
/// <param name="Key">Of all that it was made from.</param>
/// <param name="Image">Name of the image stream.</param>
/// <param name="TreeHash">Of the tree that is in it.</param>
/// <param name="Epoch">Seconds since 1970; no time in it is later.</param>
/// <param name="Files">What was written; for a folder, what lies in it directly.</param>
sealed record ArtifactRecord(
    string Format, int FormatVersion, string Key, string Image, string TreeHash, long Epoch,
    IReadOnlyDictionary<string, string> Settings, bool IsFolder, IReadOnlyList<ArtifactFile> Files)
{
    public static ArtifactRecord? TryRead(string file) => JsonFile.TryRead(file, ArtifactJson.Default.ArtifactRecord);

    public void Write(string file) => JsonFile.Write(file, this, ArtifactJson.Default.ArtifactRecord);

    /// <summary>Whether what is there is what was written.</summary>
    public bool Matches(string path) => Files.Count > 0 && ArtifactFile.List(path).SequenceEqual(Files);
}

/// <param name="Name">Empty for the artifact itself.</param>
/// <param name="Size">Bytes; 0 for a folder.</param>
/// <param name="Modified">Ticks of its time.</param>
sealed record ArtifactFile(string Name, long Size, long Modified)
{
    /// <summary>The artifact and, where it is a folder, what lies in it directly; empty where it is not there.</summary>
    public static IReadOnlyList<ArtifactFile> List(string path)
    {
        if (File.Exists(path))
            return [Of("", new FileInfo(path))];
        var folder = new DirectoryInfo(path);
        return folder.Exists
            ? [Of("", folder), .. folder.EnumerateFileSystemInfos().OrderBy(info => info.Name, StringComparer.Ordinal).Select(info => Of(info.Name, info))]
            : [];
    }

    static ArtifactFile Of(string name, FileSystemInfo info) => new(name, info is FileInfo file ? file.Length : 0, info.LastWriteTimeUtc.Ticks);
}

[JsonSourceGenerationOptions(WriteIndented = true)]
[JsonSerializable(typeof(ArtifactRecord))]
sealed partial class ArtifactJson : JsonSerializerContext;
