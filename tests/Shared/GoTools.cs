namespace ImageSdk.Tests;

/// <summary>Finds the original's programs, which tests can be run against where there are some.</summary>
static class GoTools
{
    /// <summary>The folder with the programs, or null where this machine has none.</summary>
    public static string? Root { get; } =
        Environment.GetEnvironmentVariable("IMAGESDK_GO_TOOLS") is { Length: > 0 } named && File.Exists(Path.Combine(named, "imageserver")) ? named : null;
}

/// <summary>A fact that needs the original's programs and says so where they are absent.</summary>
sealed class GoToolsFactAttribute : FactAttribute
{
    public GoToolsFactAttribute()
    {
        if (GoTools.Root is null)
            Skip = "needs the original's programs (IMAGESDK_GO_TOOLS names the folder that has imageserver in it)";
    }
}
