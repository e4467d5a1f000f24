using ImageSdk.Building.Caching;
using ImageSdk.Cli.Errors;

namespace ImageSdk.Cli.Caches;

/// <summary>Where the build cache is: the place that builds use unless a project says otherwise (ImageCacheDirectory).</summary>
static class CacheLocation
{
    /// <exception cref="CommandException">There is no cache, or nothing says where.</exception>
    public static LayerCache Open(string? named, Func<string, string?> getVariable)
    {
        var cache = new LayerCache(Find(named, getVariable));
        return cache.Exists
            ? cache
            : throw new CommandException(ErrorCode.NoCache, $"there is no build cache at {cache.Root}: build an image first, or name the cache with --cache");
    }

    /// <summary>The place, whether there is a cache or not.</summary>
    /// <exception cref="CommandException">Nothing says where.</exception>
    public static string Find(string? named, Func<string, string?> getVariable) => Path.GetFullPath(named ?? Default(getVariable));

    static string Default(Func<string, string?> getVariable)
    {
        if (getVariable("XDG_CACHE_HOME") is { Length: > 0 } cache)
            return Path.Combine(cache, "imagesdk");
        if (getVariable("HOME") is { Length: > 0 } home)
            return Path.Combine(home, ".cache/imagesdk");
        throw new CommandException(ErrorCode.NoCache, "there is no home directory to find a build cache in: name one with --cache");
    }
}
