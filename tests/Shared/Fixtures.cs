namespace ImageSdk.Tests;

/// <summary>Finds the recorded fixtures, which lie beside the repository and not in it.</summary>
static class Fixtures
{
    /// <summary>The fixtures folder, or null where this machine has none.</summary>
    public static string? Root { get; } = Find();

    static string? Find()
    {
        if (Environment.GetEnvironmentVariable("IMAGESDK_FIXTURES") is { Length: > 0 } named)
            return Directory.Exists(named) ? named : null;
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, "shared", "fixtures");
            if (Directory.Exists(candidate))
                return candidate;
        }
        return null;
    }
}

/// <summary>A fact that needs the fixtures and says so where they are absent; it never skips where they are present.</summary>
sealed class FixtureFactAttribute : FactAttribute
{
    public FixtureFactAttribute()
    {
        if (Fixtures.Root is null)
            Skip = "needs the recorded fixtures (shared/fixtures beside the repository, or IMAGESDK_FIXTURES)";
    }
}

/// <summary>A theory that needs the fixtures and says so where they are absent.</summary>
sealed class FixtureTheoryAttribute : CountedTheoryAttribute
{
    public FixtureTheoryAttribute()
    {
        if (Fixtures.Root is null)
            Skip = "needs the recorded fixtures (shared/fixtures beside the repository, or IMAGESDK_FIXTURES)";
    }
}
