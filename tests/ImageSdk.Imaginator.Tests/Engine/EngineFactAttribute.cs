using ImageSdk.Tests;

namespace ImageSdk.Imaginator.Tests.Engine;

/// <summary>A test that builds real images.</summary>
sealed class EngineFactAttribute : FactAttribute
{
    public EngineFactAttribute()
    {
        foreach (var tool in new[] { "bwrap", "unshare", "git" })
            if (!File.Exists($"/usr/bin/{tool}"))
                Skip = $"needs {tool}; eng/test.sh installs it";
    }
}

/// <summary>A test that builds real images for the original's builder-tool.</summary>
sealed class GoEngineFactAttribute : FactAttribute
{
    public GoEngineFactAttribute()
    {
        if (GoTools.Root is null || !File.Exists(Path.Combine(GoTools.Root, "builder-tool")))
            Skip = "needs the original's builder-tool (IMAGESDK_GO_TOOLS names its folder)";
    }
}
