using System.Diagnostics;
using ImageSdk.Sandbox.Logging;

namespace ImageSdk.Building.Tests.Worker;

public sealed class MemoryWatchTests : IDisposable
{
    readonly string file = Path.Combine(Path.GetTempPath(), $"imagesdk-vmstat-{Guid.NewGuid():n}");

    public void Dispose() => File.Delete(file);

    [Theory]
    [InlineData("pgfault 1\noom_kill 3\n", "pgfault 9\noom_kill 4\n", true)]
    [InlineData("oom_kill 3\n", "oom_kill 3\n", false)]
    [InlineData("oom_kill 3\nx 1\n", "oom_kill_other 4\noom_kill 3\n", false)]
    [InlineData("pgfault 1\n", "pgfault 2\n", false)]
    [InlineData("oom_kill many\n", "oom_kill more\n", false)]
    public void A_process_that_was_killed_meanwhile_explains_a_failure(string before, string after, bool explains)
    {
        File.WriteAllText(file, before);
        var watch = new MemoryWatch(file);
        File.WriteAllText(file, after);
        Assert.Equal(explains, watch.Explain().Contains("Memory ran out", StringComparison.Ordinal));
    }

    [Fact]
    public void Without_counters_nothing_is_said() => Assert.Equal("", new MemoryWatch(file).Explain());

    sealed class MemoryGroupFactAttribute : FactAttribute
    {
        public const string Groups = "/sys/fs/cgroup/memory";

        public MemoryGroupFactAttribute() => Skip = Posix.Processes.UserId == 0 && File.Exists($"{Groups}/memory.limit_in_bytes") ? null : "needs root and memory groups of the first version";
    }

    [MemoryGroupFact]
    public void What_the_kernel_kills_in_a_group_is_noticed()
    {
        var group = $"{MemoryGroupFactAttribute.Groups}/imagesdk-test-{Environment.ProcessId}";
        Directory.CreateDirectory(group);
        try
        {
            File.WriteAllText($"{group}/memory.limit_in_bytes", "33554432");
            var watch = new MemoryWatch();
            using (var process = Process.Start("/bin/sh", ["-c", "echo $$ > \"$0/tasks\" && exec tail /dev/zero", group]))
            {
                process.WaitForExit();
                Assert.Equal(137, process.ExitCode);
            }
            Assert.Contains("the kernel killed a process", watch.Explain());
        }
        finally
        {
            Directory.Delete(group);
        }
    }
}
