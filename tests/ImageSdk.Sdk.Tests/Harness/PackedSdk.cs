namespace ImageSdk.Sdk.Tests.Harness;

/// <summary>
/// The packages as a user gets them: packed from this build into a feed of their own and unpacked into a packages folder of
/// their own, once for all tests.
/// </summary>
static class PackedSdk
{
    const string FolderName = "imagesdk-sdk-tests-";

    static readonly Lazy<(string Feed, string Version)> packed = new(Pack);

    /// <summary>The folder of this run.</summary>
    public static string Root { get; } = Path.Combine(Path.GetTempPath(), $"{FolderName}{System.Environment.ProcessId}");

    public static string Feed => packed.Value.Feed;

    public static string Version => packed.Value.Version;

    public static string Package(string id) => Directory.GetFiles(Feed, $"{id}.{Version}.nupkg").Single();

    public static IReadOnlyDictionary<string, string> Environment => new Dictionary<string, string>
    {
        ["NUGET_PACKAGES"] = Path.Combine(Root, "packages"),
        ["DOTNET_CLI_HOME"] = Path.Combine(Root, "home"),
    };

    /// <summary>The test host is ended before it could clean up, so each run cleans up after those that are over.</summary>
    static void ForgetEarlierRuns()
    {
        foreach (var folder in Directory.GetDirectories(Path.GetTempPath(), FolderName + "*"))
        {
            if (int.TryParse(Path.GetFileName(folder)[FolderName.Length..], out var process) && !Directory.Exists($"/proc/{process}"))
                Directory.Delete(folder, recursive: true);
        }
    }

    static (string, string) Pack()
    {
        ForgetEarlierRuns();
        var feed = Path.Combine(Root, "feed");
        foreach (var project in (string[])["src/Tasks/ImageSdk.Tasks.csproj", "templates/ImageSdk.Templates.csproj"])
        {
            // KeepUnpackedPackage: packing for a test must not take the package away from whoever works with it.
            DotNet.Run(
                Repository.Root, new Dictionary<string, string>(), "pack", project, "--no-build", "--no-restore",
                "-c", Repository.Configuration, "-o", feed, "-p:KeepUnpackedPackage=true").Succeeded();
        }
        var name = Path.GetFileNameWithoutExtension(Directory.GetFiles(feed, "ImageSdk.?.*.nupkg").Single(file => !file.Contains("Templates")));
        return (feed, name["ImageSdk.".Length..]);
    }
}
