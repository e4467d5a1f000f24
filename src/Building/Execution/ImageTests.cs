using ImageSdk.Building.Stages;
using ImageSdk.Building.State;
using ImageSdk.Building.Workers;
using ImageSdk.Contracts;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Messages;
using ImageSdk.Images;

namespace ImageSdk.Building.Execution;

/// <summary>The tests that lie in an image: every executable file below /tests.</summary>
static class ImageTests
{
    /// <summary>Where those of the project's own stream go.</summary>
    public static string DirectoryOf(BuildPlan plan) => $"/tests/{plan.Project.Stream}";

    public static List<string> In(FileSystem fileSystem)
    {
        var tests = new List<string>();
        foreach (var entry in fileSystem.WalkBelow("/tests"))
            if (entry.Inode is RegularInode { Mode: var mode } && (mode & 0x40) != 0)
                tests.Add(entry.Path.ToString());
        return tests;
    }

    /// <summary>Changes whenever something does that the tests see.</summary>
    public static string KeyOf(BuildPlan plan, StageState scan) =>
        CacheKey.Of(scan.Key, plan.Project.Sandbox.TestTimeout.ToString(), plan.Project.Sandbox.ScriptsNetwork.ToString(),
            string.Join(' ', plan.Project.Sandbox.Capabilities));

    public static async Task<IReadOnlyList<TestOutcome>> RunAsync(
        BuildPlan plan, IReadOnlyList<string> stack, IReadOnlyList<string> tests, BuildWorkers workers, IBuildListener listener, CancellationToken cancellation)
    {
        var request = new RunTestsRequest(
            stack, tests, plan.Project.Sandbox.TestTimeout.TotalSeconds, new StageOperations(plan).Settings(readSecrets: false));
        return (await workers.AskAsync(plan.Project.CacheDirectory, request, listener, cancellation)).Tests!;
    }
}
