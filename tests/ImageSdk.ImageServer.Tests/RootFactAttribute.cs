using ImageSdk.Posix;

namespace ImageSdk.ImageServer.Tests;

/// <summary>A fact that only root can check, and says so to others.</summary>
sealed class RootFactAttribute : FactAttribute
{
    public RootFactAttribute()
    {
        if (!Processes.IsRoot)
            Skip = "needs root";
    }
}
