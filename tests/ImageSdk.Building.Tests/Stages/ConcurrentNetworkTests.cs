using ImageSdk.Contracts.Projects;
using ImageSdk.Tests;

namespace ImageSdk.Building.Tests.Stages;

/// <summary>Builds side by side, each of whose commands have a network of their own.</summary>
public class ConcurrentNetworkTests(BaseImage @base) : IClassFixture<BaseImage>
{
    const int Count = 4;

    static readonly TimeSpan patience = TimeSpan.FromMinutes(5);

    sealed class NetworkFactAttribute : FactAttribute
    {
        public NetworkFactAttribute() => Skip = TestHost.WhyNot ?? (File.Exists("/usr/bin/pasta") ? null : "pasta is not installed");
    }

    // Says that it has the network, and waits for the test.
    static string Script(int number) =>
        $"#!/bin/sh\nset -e\ntest -n \"$(tail -n +3 /proc/net/dev | cut -d: -f1 | grep -v lo)\"\n: > /marks/began-{number}\nuntil [ -e /marks/go ]; do sleep 0.1; done\n: > /opt/done\n";

    [NetworkFact]
    public async Task One_that_is_cancelled_takes_no_other_along_and_none_leaves_a_process()
    {
        var before = NetworkProcesses();
        var marks = Directory.CreateDirectory(Path.Combine(@base.Workspace.Folder, "marks")).FullName;
        HashSet<string> started = [];
        using var cancellation = new CancellationTokenSource();
        var builds = Enumerable.Range(0, Count).Select(number =>
        {
            var (project, directory) = @base.New($"side {number}");
            ImageWorkspace.Write(directory, "scripts/wait", Script(number));
            project = project with { Sandbox = project.Sandbox with { BindMounts = [new BindMount(marks, "/marks", Writable: true)] } };
            // Each with workers of its own, as processes of MSBuild have them.
            var workspace = new ImageWorkspace { Store = @base.Workspace.Store };
            return (Workspace: workspace, Build: Task.Run(() => workspace.BuildAsync(project, cancellation: number == 0 ? cancellation.Token : default)));
        }).ToList();
        try
        {
            await Wait.UntilAsync(() => Enumerable.Range(0, Count).All(number => File.Exists(Path.Combine(marks, $"began-{number}"))), builds.Select(build => build.Build), patience);
            started = [.. NetworkProcesses().Except(before)];
            Assert.InRange(started.Count, Count, int.MaxValue);
            cancellation.Cancel();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => builds[0].Build);
            File.WriteAllText(Path.Combine(marks, "go"), "");
            foreach (var (_, build) in builds.Skip(1))
                Assert.NotNull((await build.WaitAsync(patience)).Find("/opt/done"));
        }
        finally
        {
            // A build that failed lets the others wait no longer.
            File.WriteAllText(Path.Combine(marks, "go"), "");
            await Task.WhenAll(builds.Select(build => (Task)build.Build)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            builds.ForEach(build => build.Workspace.Dispose());
        }
        // Other tests' are among them at worst, which end too.
        await Wait.UntilAsync(() => !NetworkProcesses().Overlaps(started), patience);
    }

    /// <summary>Programs that pass on packets. pasta is another name of passt, and runs one that is made for the processor.</summary>
    static HashSet<string> NetworkProcesses() => [.. Directory.EnumerateDirectories("/proc").Where(process => CommandOf(process).Split('.')[0] is "pasta" or "passt")];

    static string CommandOf(string process)
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, "comm")).Trim();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
