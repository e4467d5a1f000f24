using ImageSdk.Sandbox.Limits;

namespace ImageSdk.Building.Tests.Stages;

/// <summary>Where groups are made, on trees of files that look like a machine's.</summary>
public sealed class ControlGroupsTests : IDisposable
{
    readonly string root = TestHost.NewFolder();

    public void Dispose() => Directory.Delete(root, recursive: true);

    void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(root + path)!);
        File.WriteAllText(root + path, text);
    }

    void Machine(string mounts, string own)
    {
        Write("/proc/self/mountinfo", mounts);
        Write("/proc/self/cgroup", own);
    }

    void Group(string path, string controllers, string delegated)
    {
        Write($"/sys/fs/cgroup{path}/cgroup.controllers", controllers);
        Write($"/sys/fs/cgroup{path}/cgroup.subtree_control", delegated);
        Write($"/sys/fs/cgroup{path}/cgroup.procs", "");
    }

    string Read(string path) => File.ReadAllText(root + path);

    const string Second = "30 20 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw\n";

    [Fact]
    public void Of_version_2_the_nearest_group_with_both_controllers_takes_one()
    {
        Machine(Second, "0::/user.slice/user-1000.slice/session-1.scope\n");
        Group("", "cpu memory pids", "cpu memory pids");
        Group("/user.slice", "memory pids", "memory pids");
        Group("/user.slice/user-1000.slice", "memory pids", "memory pids\n");
        Write("/sys/fs/cgroup/user.slice/user-1000.slice/memory.max", "max\n");
        // It has processes: the kernel refuses, as a file that is no file does.
        Group("/user.slice/user-1000.slice/session-1.scope", "memory", "");
        Write("/sys/fs/cgroup/user.slice/user-1000.slice/session-1.scope/cpu.max", "max 100000\n");
        File.Delete(root + "/sys/fs/cgroup/user.slice/user-1000.slice/session-1.scope/cgroup.subtree_control");
        using var groups = new ControlGroups(root).Make("s-1", new() { Memory = 1 << 20 });
        var made = Assert.Single(groups.Directories);
        Assert.Equal(root + "/sys/fs/cgroup/user.slice/user-1000.slice/imagesdk-s-1", made);
        Assert.Equal("2048", File.ReadAllText(made + "/pids.max"));
        Assert.Equal("1048576", File.ReadAllText(made + "/memory.max"));
        Directory.Delete(made, recursive: true);
    }

    [Fact]
    public void A_group_that_bounds_memory_is_not_left()
    {
        Machine(Second, "0::/system.slice/runner.service\n");
        Group("", "memory pids", "memory pids");
        Group("/system.slice", "memory pids", "memory pids");
        Group("/system.slice/runner.service", "", "");
        Write("/sys/fs/cgroup/system.slice/runner.service/memory.max", "8589934592\n");
        using var groups = new ControlGroups(root).Make("s-1", new());
        Assert.Empty(groups.Directories);
        Assert.Null(groups.Find("pids"));
    }

    [Fact]
    public void Version_1_has_a_group_for_each_controller()
    {
        Machine("30 20 0:26 / /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids\n31 20 0:27 /build /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n" + Second.Replace("/sys/fs/cgroup", "/sys/fs/cgroup/unified"),
            "8:pids:/\n4:memory:/build/one\n0::/\n");
        Directory.CreateDirectory(root + "/sys/fs/cgroup/pids");
        Directory.CreateDirectory(root + "/sys/fs/cgroup/memory/one");
        Group("/unified", "", "");
        using var groups = new ControlGroups(root).Make("s-1", new() { Processes = 10, Memory = 4096 });
        Assert.Equal(("10", "4096"), (Read("/sys/fs/cgroup/pids/imagesdk-s-1/pids.max"), Read("/sys/fs/cgroup/memory/one/imagesdk-s-1/memory.limit_in_bytes")));
        foreach (var made in groups.Directories)
            Directory.Delete(made, recursive: true);
    }

    [Theory]
    [InlineData("", "")]
    [InlineData(Second, "")]
    [InlineData(Second, "0::/../elsewhere\n")]
    [InlineData("30 20 0:26 /a /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n", "0::/b\n")]
    [InlineData("nonsense - \n", "nonsense\n")]
    public void Without_groups_there_are_none(string mounts, string own)
    {
        Machine(mounts, own);
        using var groups = new ControlGroups(root).Make("s-1", new());
        Assert.Empty(groups.Directories);
    }
}
