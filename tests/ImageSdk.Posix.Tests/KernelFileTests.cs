namespace ImageSdk.Posix.Tests;

public sealed class KernelFileTests : IDisposable
{
    readonly string file = Path.GetTempFileName();

    public void Dispose() => File.Delete(file);

    [Fact]
    public void What_is_not_there_says_nothing()
    {
        Assert.Null(KernelFile.TryRead($"/proc/{int.MaxValue}/stat"));
        Assert.Null(KernelFile.TryRead("/proc/self"));
        Assert.Equal(0, KernelFile.ReadCounter($"/proc/{int.MaxValue}/stat", "oom_kill"));
        Assert.StartsWith($"{Environment.ProcessId} ", KernelFile.TryRead("/proc/self/stat"));
    }

    [Theory]
    [InlineData("oom_kill 12\n", 12)]
    [InlineData("oom_kill_other 3\noom_kill 4\nlast 5\n", 4)]
    [InlineData("oom_kill many\n", 0)]
    [InlineData("oom_kill 1 2\n", 0)]
    [InlineData("", 0)]
    public void Counters_are_found_by_their_whole_name(string text, long expected)
    {
        File.WriteAllText(file, text);
        Assert.Equal(expected, KernelFile.ReadCounter(file, "oom_kill"));
    }
}
