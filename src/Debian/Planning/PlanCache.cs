using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ImageSdk.Contracts;
using ImageSdk.Layers;
using ImageSdk.Posix;

namespace ImageSdk.Debian.Planning;

/// <summary>
/// What apt was asked before, in the build cache by all that the answer depends on:
/// <code>
/// plans/sources/KEY    AptSources: the newest lists of a set of sources
/// plans/answers/KEY    PackagePlan or UpgradePlan
/// </code>
/// Each file is replaced whole. What cannot be read counts as not there; nothing needs these files.
/// </summary>
sealed class PlanCache(LayerStore store)
{
    /// <summary>Raise it when plans come out differently: old ones then no longer count.</summary>
    const string Version = "3";

    /// <summary>Plans are small, but come with every change of the lists.</summary>
    const int MostPlans = 256;

    readonly string sources = Path.Combine(store.Root, "plans", "sources");
    readonly string plans = Path.Combine(store.Root, "plans", "answers");

    public AptSources? FindSources(string key) => TryRead(FileOf(sources, key), PlanJson.Default.AptSources);

    public void KeepSources(string key, AptSources value) => Write(FileOf(sources, key), value, PlanJson.Default.AptSources);

    /// <returns>The plan under the key, made again where it is not there.</returns>
    public T GetOrMake<T>(string key, JsonTypeInfo<T> type, Func<T> make)
        where T : class
    {
        var file = FileOf(plans, key);
        if (TryRead(file, type) is { } known)
            return known;
        var plan = make();
        Write(file, plan, type);
        Trim();
        return plan;
    }

    static string FileOf(string directory, string key) => Path.Combine(directory, CacheKey.IdOf(CacheKey.Of(Version, key)));

    static T? TryRead<T>(string file, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            using var stream = File.OpenRead(file);
            var value = JsonSerializer.Deserialize(stream, type);
            File.SetLastWriteTimeUtc(file, DateTime.UtcNow);
            return value;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    static void Write<T>(string file, T value, JsonTypeInfo<T> type) =>
        AtomicFile.Write(file, stream => JsonSerializer.Serialize(stream, value, type));

    void Trim()
    {
        var files = new DirectoryInfo(plans).GetFiles();
        if (files.Length <= MostPlans)
            return;
        foreach (var file in files.OrderByDescending(file => file.LastWriteTimeUtc).Skip(MostPlans / 2))
            file.Delete();
    }
}
