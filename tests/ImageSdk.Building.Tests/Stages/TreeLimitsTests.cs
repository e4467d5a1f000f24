using System.Formats.Tar;
using System.Text;
using ImageSdk.Archives;
using ImageSdk.Building.Tests.DebianPackages;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Projects;
using ImageSdk.Posix;

namespace ImageSdk.Building.Tests.Stages;

/// <summary>Trees and archives that are larger than anybody means.</summary>
public class TreeLimitsTests(BaseImage @base) : IClassFixture<BaseImage>
{
    async Task<Diagnostic> FailAsync(string script, ResourceLimits limits)
    {
        var (project, directory) = @base.New();
        ImageWorkspace.Write(directory, "scripts/make", script);
        return (await @base.Workspace.FailAsync(project with { Sandbox = project.Sandbox with { Limits = limits } })).Diagnostic;
    }

    [ImageFact]
    public async Task A_tree_without_end_is_refused_and_removed()
    {
        var diagnostic = await FailAsync("#!/usr/bin/perl\nchdir '/opt';\nfor (1 .. 20000) { mkdir 'd' and chdir 'd' or die }\n", new());
        Assert.Equal("IMG5260", diagnostic.Code);
        // The worker lives on, and its folder went.
        await @base.Workspace.BuildAsync(@base.New().Project);
    }

    [ImageFact]
    public async Task A_path_that_no_program_can_open_is_refused()
    {
        var diagnostic = await FailAsync("#!/usr/bin/perl\nchdir '/opt';\nmy $name = 'd' x 250;\nfor (1 .. 17) { mkdir $name and chdir $name or die }\n", new());
        Assert.Equal("IMG5300", diagnostic.Code);
        // The worker lives on, and its folder went.
        await @base.Workspace.BuildAsync(@base.New().Project);
    }

    [ImageFact]
    public async Task Entries_are_bounded()
    {
        // The source image's own layer has more.
        await @base.Workspace.BuildAsync(@base.New().Project);
        var diagnostic = await FailAsync("#!/bin/sh\nfor i in $(seq 1 200); do : > /opt/$i; done\n", new() { Entries = 100 });
        Assert.Equal("IMG5261", diagnostic.Code);
        Assert.Contains("100 files and directories", diagnostic.Message);
        Assert.Contains("ImageEntryLimit", diagnostic.Message);
    }

    [ImageFact]
    public async Task Entries_of_the_projects_own_tree_are_bounded()
    {
        // The source image's own layer has more.
        await @base.Workspace.BuildAsync(@base.New().Project);
        var (project, directory) = @base.New();
        ImageWorkspace.Write(directory, "files/opt/0", "content");
        using (var tree = DirectoryHandle.Open(Path.Combine(directory, "files/opt")))
            for (var number = 1; number < 200; number++)
                tree.MakeHardLink(Encoding.UTF8.GetBytes($"{number}"), tree, "0"u8);
        var diagnostic = (await @base.Workspace.FailAsync(project with { Sandbox = project.Sandbox with { Limits = new() { Entries = 100 } } })).Diagnostic;
        Assert.Equal("IMG5261", diagnostic.Code);
        Assert.Contains("ImageEntryLimit", diagnostic.Message);
        Assert.NotNull((await @base.Workspace.BuildAsync(project with { Sandbox = project.Sandbox with { Limits = new() { Entries = 300 } } })).Find("/opt/199"));
    }

    [ImageFact]
    public async Task A_package_that_becomes_large_is_given_up()
    {
        var (project, directory) = @base.New();
        var repository = new LocalRepository(Path.Combine(@base.Workspace.Folder, $"bomb {Path.GetFileName(directory)}"));
        repository.Add("bomb", "1", "", ("postinst", "#!/bin/sh\n#" + new string('x', 3 << 20) + "\nexit 0\n"));
        project = repository.Use(project with { Packages = ["bomb"], Sandbox = project.Sandbox with { Limits = new() { Archive = 1 << 20 } } }, directory);
        var diagnostic = (await @base.Workspace.FailAsync(project)).Diagnostic;
        Assert.Equal("IMG2260", diagnostic.Code);
        Assert.Contains("1MiB", diagnostic.Message);
        Assert.Contains("ImageArchiveLimit", diagnostic.Message);
    }

    [ImageTheory]
    [InlineData(256, 1)]
    [InlineData(200, 30)]
    public async Task A_package_with_names_that_no_system_makes_is_one_error(int length, int depth)
    {
        var (project, directory) = @base.New();
        var repository = new LocalRepository(Path.Combine(@base.Workspace.Folder, $"long {Path.GetFileName(directory)}"));
        repository.Add("long");
        using var data = new MemoryStream();
        using (var tar = new TarWriter(data, TarEntryFormat.Pax, leaveOpen: true))
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "./opt/" + string.Join('/', Enumerable.Repeat(new string('n', length), depth))));
        repository.Replace("long", data.ToArray());
        project = repository.Use(project with { Packages = ["long"] }, directory);
        var diagnostic = (await @base.Workspace.FailAsync(project)).Diagnostic;
        Assert.Equal("IMG4012", diagnostic.Code);
        Assert.Contains($"long 1 (all): {(depth == 1 ? "name longer than 255" : "path longer than 4095")} bytes", diagnostic.Message);
    }

    [Theory]
    [InlineData(1L << 20, 0, (1L << 20) + 1, "ImageArchiveLimit")]
    [InlineData(0, 10, (1L << 30) + 1, "ImageArchiveRatio")]
    [InlineData(1L << 20, 10, 1L << 20, null)]
    [InlineData(0, 10, 1L << 30, null)]
    [InlineData(0, 0, long.MaxValue, null)]
    public void Large_is_what_is_over_a_limit(long most, int ratio, long bytes, string? property)
    {
        void Check() => new ExpansionLimit(most, ratio).Check(bytes, 1000, "a file");
        if (property is null)
            Check();
        else
            Assert.Contains(property, Assert.Throws<BuildException>(Check).Message);
    }

    [Fact]
    public async Task What_is_written_is_counted()
    {
        using var target = new MemoryStream();
        var bounded = new ExpansionLimit(10, 0).Bound(target, 1, "a file");
        await bounded.WriteAsync(new byte[6]);
        bounded.Write(new byte[4]);
        Assert.Throws<BuildException>(() => bounded.Write(new byte[1]));
        Assert.Equal(10, target.Length);
        var read = new ExpansionLimit(10, 0).Bound(new MemoryStream(new byte[20]), 1, "a file");
        Assert.Equal(10, await read.ReadAsync(new byte[10]));
        await Assert.ThrowsAsync<BuildException>(async () => await read.ReadExactlyAsync(new byte[1]));
    }

    [Fact]
    public void A_deep_tree_is_removed()
    {
        var folder = TestHost.NewFolder();
        using (var root = DirectoryHandle.Open(folder))
        {
            // Grown from below, since no walk comes down so far.
            root.TryMakeDirectory("tree"u8, 0x1C0);
            for (var level = 0; level < 5000; level++)
            {
                root.TryMakeDirectory("above"u8, 0x1C0);
                using (var above = root.OpenDirectory("above"u8))
                    root.Rename("tree"u8, above, "d"u8);
                root.Rename("above"u8, "tree"u8);
            }
            root.RemoveTree("tree"u8);
        }
        Assert.Empty(Directory.GetFileSystemEntries(folder));
    }
}
