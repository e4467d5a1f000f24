using ImageSdk.Contracts.Projects;
using ImageSdk.Sandbox.Limits;
using ImageSdk.Tests;

namespace ImageSdk.Building.Tests.Stages;

/// <summary>Bombs with tiny limits: whatever a command starts, takes or writes, its build ends with what it reached and leaves nothing behind.</summary>
public class CommandLimitsTests(BaseImage @base) : IClassFixture<BaseImage>
{
    ImageProject NewProject(string script, ResourceLimits limits)
    {
        var (project, directory) = @base.New();
        ImageWorkspace.Write(directory, "scripts/bomb", script);
        return project with { Sandbox = project.Sandbox with { Limits = limits } };
    }

    async Task AssertReachedAsync(ImageProject project, string limit)
    {
        var diagnostic = (await @base.Workspace.FailAsync(project)).Diagnostic;
        Assert.Equal("IMG3260", diagnostic.Code);
        Assert.Contains(limit, diagnostic.Message);
        Assert.EndsWith("scripts/bomb", diagnostic.File);
        await AssertNoGroupIsLeftAsync();
    }

    /// <summary>Groups that a worker left that was killed before this test, with its cache gone.</summary>
    readonly HashSet<string> earlier = [.. EmptyGroups()];

    /// <summary>Other builds that go on at this moment make groups, too, and remove them in time.</summary>
    async Task AssertNoGroupIsLeftAsync()
    {
        await Wait.UntilAsync(() => !EmptyGroups().Except(earlier).Any());
    }

    static IEnumerable<string> EmptyGroups() =>
        new ControlGroups().Parents.SelectMany(parent => Directory.EnumerateDirectories(parent, $"{ControlGroups.Prefix}*")).Where(IsEmpty);

    static bool IsEmpty(string group)
    {
        try
        {
            return File.ReadAllText(Path.Combine(group, "cgroup.procs")).Length == 0;
        }
        catch (IOException)
        {
            // It is gone by now.
            return false;
        }
    }

    // The outer loop bounds what happens where no limit works.
    const string ForkBomb =
        """
        #!/usr/bin/perl
        for (1 .. 500) {
            my $child = fork;
            if (defined $child and $child == 0) { sleep 60; exit }
            select undef, undef, undef, 0.005 unless defined $child;
        }
        sleep 30;
        """;

    [ImageFact]
    public async Task A_fork_bomb_ends_at_the_limit_of_processes() =>
        await AssertReachedAsync(NewProject(ForkBomb, new() { Processes = 100 }), "100 processes at one time (ImageProcessLimit)");

    [ImageFact]
    public async Task Processes_of_all_users_count_together() =>
        await AssertReachedAsync(NewProject(ForkBomb.Replace("{ sleep", "{ $> = $< = 1000 + $_; $( = $) = 5; sleep", StringComparison.Ordinal), new() { Processes = 100 }), "100 processes");

    [ImageFact]
    public async Task Threads_count_too() => await AssertReachedAsync(
        NewProject("#!/usr/bin/perl\nuse threads;\nfor (1 .. 200) { threads->create(sub { sleep 60 }) or last }\nsleep 30;\n", new() { Processes = 60 }), "60 processes");

    [ImageFact]
    public async Task A_memory_bomb_ends_at_the_limit_of_memory() => await AssertReachedAsync(
        NewProject("#!/usr/bin/perl\nmy @kept;\nfor (1 .. 600) { push @kept, 'x' x (1 << 20); select undef, undef, undef, 0.003 }\nsleep 30;\n", new() { Memory = 200 << 20 }), "200MiB of memory (ImageMemoryLimit)");

    [ImageFact]
    public async Task Memory_of_several_processes_counts_together() => await AssertReachedAsync(
        NewProject("#!/bin/sh\nfor i in 1 2 3 4 5 6 7 8; do perl -e 'my $kept = \"x\" x (60 << 20); sleep 30' & done\nwait\n", new() { Memory = 200 << 20 }), "200MiB of memory");

    [ImageFact]
    public async Task What_a_stage_writes_is_bounded() => await AssertReachedAsync(
        NewProject("#!/bin/sh\nfor i in $(seq 1 60); do head -c 2000000 /dev/zero > /opt/file-$i; sleep 0.05; done\nsleep 30\n", new() { Disk = 20 << 20 }), "20MiB that a stage may write (ImageDiskLimit)");

    [ImageFact]
    public async Task A_file_of_nothing_but_holes_is_bounded_too() => await AssertReachedAsync(
        NewProject("#!/bin/sh\nexec truncate -s 1T /opt/holes\n", new() { Disk = 20 << 20 }), "20MiB that a stage may write");

    [ImageFact]
    public async Task What_keeps_within_its_limits_goes_on()
    {
        var project = NewProject("#!/bin/sh\nset -e\nhead -c 1000000 /dev/zero > /opt/file\n(sleep 0.1 & sleep 0.1 & wait)\n", new() { Processes = 50, Memory = 100 << 20, Disk = 10 << 20 });
        var result = await @base.Workspace.BuildAsync(project);
        Assert.Empty(result.Listener.Warnings);
        await AssertNoGroupIsLeftAsync();
    }

    [ImageFact]
    public async Task A_cancelled_build_leaves_no_group()
    {
        var started = Path.Combine(@base.Workspace.Folder, "started");
        Directory.CreateDirectory(started);
        var project = NewProject("#!/bin/sh\ntouch /mnt/started/now\nexec sleep 60\n", new() { Memory = 1L << 30 });
        project = project with { Sandbox = project.Sandbox with { BindMounts = [new(started, "/mnt/started", Writable: true)] } };
        using var cancellation = new CancellationTokenSource();
        using var workspace = new ImageWorkspace { Store = @base.Workspace.Store };
        var build = workspace.BuildAsync(project, cancellation: cancellation.Token);
        await Wait.UntilAsync(() => File.Exists(Path.Combine(started, "now")) || build.IsCompleted);
        cancellation.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => build);
        workspace.Workers.Dispose();
        await AssertNoGroupIsLeftAsync();
    }

    [Fact]
    public void Groups_of_a_killed_worker_are_removed_wherever_they_are()
    {
        var folder = TestHost.NewFolder();
        var (session, parent) = (Path.Combine(folder, "12-ab"), Path.Combine(folder, "groups of another login"));
        var (left, other) = (Path.Combine(parent, "imagesdk-12-ab-7"), Path.Combine(parent, "imagesdk-12-abc-7"));
        foreach (var made in new[] { session, left, other })
            Directory.CreateDirectory(made);
        CommandLimits.RemoveGroups(session);
        File.WriteAllLines(Path.Combine(session, "groups"), [parent, Path.Combine(folder, "gone")]);
        CommandLimits.RemoveGroups(session);
        Assert.Equal([other], Directory.GetDirectories(parent));
    }

    [ImageFact]
    public async Task A_test_that_is_a_bomb_fails_and_says_why()
    {
        var (project, directory) = @base.New();
        ImageWorkspace.Write(directory, "tests/bomb", ForkBomb);
        ImageWorkspace.Write(directory, "tests/calm", "#!/bin/sh\nexit 0\n");
        project = project with { Sandbox = project.Sandbox with { Limits = new() { Processes = 100 }, TestTimeout = TimeSpan.FromMinutes(1) } };
        Assert.Contains("100 processes at one time (ImageProcessLimit)", (await @base.Workspace.FailAsync(project)).Diagnostic.Message);
        await AssertNoGroupIsLeftAsync();
    }

    [ImageFact]
    public async Task Commands_are_ended_before_other_programs_where_memory_runs_out()
    {
        var project = NewProject("#!/bin/sh\ncat /proc/self/oom_score_adj > /opt/score\n", new());
        await @base.Workspace.BuildAndPublishAsync(project);
        Assert.Equal("500\n", @base.Workspace.ReadFile(project, "/opt/score"));
    }
}
