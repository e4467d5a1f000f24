using ImageSdk.Tests;

namespace ImageSdk.Building.Tests;

/// <summary>
/// What all tests of a run share: the layer cache with one bootstrapped base. It lies in memory where there is enough of
/// it, because making and deleting thousands of files is what some disks do worst.
/// </summary>
static class TestHost
{
    public static string Root { get; } = FindRoot();

    public static string CacheDirectory { get; } = Path.Combine(Root, "cache");

    public static string WorkerAssembly { get; } = Path.Combine(AppContext.BaseDirectory, "ImageSdk.Worker.dll");

    public static string Dotnet { get; } = Environment.ProcessPath is { } path && Path.GetFileName(path) == "dotnet"
        ? path
        : Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";

    /// <summary>Whether builds work ahead of need: IMAGESDK_TEST_SPECULATION=false runs all tests without.</summary>
    public static bool Speculation { get; } = Environment.GetEnvironmentVariable("IMAGESDK_TEST_SPECULATION") != "false";

    /// <summary>Why images can't be built here; null where they can.</summary>
    public static string? WhyNot { get; } = Missing();

    static string FindRoot()
    {
        if (Environment.GetEnvironmentVariable("IMAGESDK_TEST_ROOT") is { Length: > 0 } named)
            return named;
        const long enough = 6L << 30;
        var memory = new DriveInfo("/dev/shm");
        return memory.IsReady && memory.AvailableFreeSpace > enough
            ? $"/dev/shm/imagesdk-tests-{Environment.UserName}"
            : Path.Combine(Path.GetTempPath(), $"imagesdk-tests-{Environment.UserName}");
    }

    static string? Missing()
    {
        foreach (var tool in new[] { "bwrap", "mmdebstrap", "unshare" })
            if (!File.Exists($"/usr/bin/{tool}"))
                return $"needs {tool}; eng/test.sh installs it";
        return null;
    }

    static int number;

    /// <summary>A new folder for one test. Its name has what users' folders have: a blank and letters beyond ASCII.</summary>
    public static string NewFolder()
    {
        var folder = Path.Combine(Root, "run", $"{Environment.ProcessId} bäse {Interlocked.Increment(ref number)}");
        Directory.CreateDirectory(folder);
        return folder;
    }
}

/// <summary>A test that builds a real image.</summary>
sealed class ImageFactAttribute : FactAttribute
{
    public ImageFactAttribute() => Skip = TestHost.WhyNot;
}

/// <summary>A test of several cases that builds real images.</summary>
sealed class ImageTheoryAttribute : CountedTheoryAttribute
{
    public ImageTheoryAttribute() => Skip = TestHost.WhyNot;
}
