using ImageSdk.Building.State;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Projects;
using ImageSdk.Contracts.Stages;
using ImageSdk.Posix;

namespace ImageSdk.Building.Tests.Stages;

/// <summary>Each mistake gives one error with a code, a place and a remedy, and leaves the store as it was.</summary>
public class BadInputTests(BaseImage @base) : IClassFixture<BaseImage>
{
    async Task<Diagnostic> FailAsync(ImageProject project)
    {
        var before = Contents();
        var diagnostic = (await @base.Workspace.FailAsync(project)).Diagnostic;
        Assert.Equal(DiagnosticSeverity.Error, diagnostic.Severity);
        Assert.NotEqual("IMG9999", diagnostic.Code);
        Assert.Equal(before, Contents());
        Assert.False(File.Exists(project.ImageFile));
        return diagnostic;
    }

    string[] Contents() => [.. Directory.EnumerateFiles(Path.Combine(@base.Workspace.Folder, "store"), "*", SearchOption.AllDirectories).Order()];

    [ImageTheory]
    [InlineData("filter", "/ok/.*\n/bad[\n", "IMG1020", 2)]
    [InlineData("filter.add", "(\n", "IMG1020", 1)]
    [InlineData("triggers", "[{\"MatchLines\": [\"(\"], \"Service\": \"x\"}]", "IMG1020", null)]
    [InlineData("triggers", "[\n{]", "IMG1012", 2)]
    [InlineData("tags.json", "{\"a\": 1}", "IMG1012", null)]
    [InlineData("tags.json", "[]", "IMG1012", null)]
    [InlineData("owners.json", "{\"Users\": \"me\"}", "IMG1012", null)]
    [InlineData("computed-files", "/only-a-name\n", "IMG1013", null)]
    [InlineData("computed-files", "/../etc/passwd host:1\n", "IMG1042", null)]
    [InlineData("computed-files.json", "{", "IMG1012", null)]
    [InlineData("manifest", "{\"SourceImage\": \"boot/debian12\",\n\"FilterLines\": [\"(\"]}", "IMG1020", 2)]
    [InlineData("manifest", "{\"SourceImage\": 7}", "IMG1012", null)]
    [InlineData("manifest", "{\"SourceImage\": \"\"}", "IMG1041", 1)]
    [InlineData("manifest", "\n{\"SourceImage\": \"no/such/stream\"}", "IMG2003", 2)]
    [InlineData("manifest", "{\"SourceImage\": \"../escape\"}", "IMG2008", 1)]
    [InlineData("manifest", "{\"SourceImage\": \"boot/debian12\", \"SourceImageTagsToMatch\": {\"OsName\": [\"BSD\"]}}", "IMG2003", 1)]
    [InlineData("package-list", "# comment\nno-such-package-anywhere\n", "IMG4002", 2)]
    [InlineData("scripts/fails", "#!/bin/sh\necho why >&2\nexit 3\n", "IMG3010", null)]
    [InlineData("scripts/windows", "#!/bin/sh\r\ntrue\r\n", "IMG3011", 1)]
    [InlineData("scripts/interpreter", "#!/usr/bin/no-such-shell -x\n", "IMG3012", 1)]
    [InlineData("scripts/directory/file", "x", "IMG1044", null)]
    [InlineData("tests/fails", "#!/bin/sh\necho tested\nexit 1\n", "IMG3030", null)]
    [InlineData("tests/hangs", "#!/bin/sh\nsleep 1000\n", "IMG3030", null)]
    [InlineData("files/etc/passwd/below", "x", "IMG3022", null)]
    [InlineData("files/usr/bin", "x", "IMG3022", null)]
    public async Task A_mistake_in_a_manifest_is_one_error(string file, string text, string code, int? line)
    {
        var (project, directory) = @base.New($"bad-{code}-{Math.Abs(text.GetHashCode(StringComparison.Ordinal))}");
        ImageWorkspace.Write(directory, file, text);
        project = project with { Sandbox = project.Sandbox with { TestTimeout = TimeSpan.FromSeconds(1) } };
        var diagnostic = await FailAsync(project);
        Assert.Equal(code, diagnostic.Code);
        Assert.StartsWith(directory, diagnostic.File);
        if (line is not null)
            Assert.Equal(line, diagnostic.Line);
    }

    [ImageTheory]
    [InlineData("filter", "filter.add")]
    [InlineData("triggers", "triggers.add")]
    [InlineData("computed-files", "computed-files.add")]
    [InlineData("computed-files.json", "computed-files.add.json")]
    [InlineData("computed-files", "computed-files.add.json")]
    public async Task Files_that_exclude_each_other_are_an_error(string replaces, string adds)
    {
        var (project, directory) = @base.New($"exclusive-{replaces}-{adds}");
        ImageWorkspace.Write(directory, replaces, "");
        ImageWorkspace.Write(directory, adds, "");
        var diagnostic = await FailAsync(project);
        Assert.Equal("IMG1021", diagnostic.Code);
        Assert.Equal(Path.Combine(directory, adds), diagnostic.File);
    }

    [ImageFact]
    public async Task A_manifest_that_is_not_utf8_is_an_error_with_its_line()
    {
        var (project, directory) = @base.New();
        File.WriteAllBytes(Path.Combine(directory, "manifest"), [.. "{\n\"SourceImage\": \""u8, 0xFF, .. "\"}"u8]);
        var diagnostic = await FailAsync(project);
        Assert.Equal(("IMG1011", 2), (diagnostic.Code, diagnostic.Line));
    }

    [ImageFact]
    public async Task A_script_that_fails_shows_its_last_lines()
    {
        var (project, directory) = @base.New();
        ImageWorkspace.Write(directory, "scripts/fails", "#!/bin/sh\nfor i in $(seq 100); do echo line $i; done\nexit 7\n");
        var diagnostic = await FailAsync(project);
        Assert.Contains("exit code 7", diagnostic.Message);
        Assert.Contains("line 100", diagnostic.Message);
        Assert.DoesNotContain("line 12\n", diagnostic.Message);
    }

    [ImageFact]
    public async Task A_device_or_socket_in_files_is_an_error()
    {
        var (project, directory) = @base.New();
        Directory.CreateDirectory(Path.Combine(directory, "files"));
        using (var files = DirectoryHandle.Open(Path.Combine(directory, "files")))
            files.MakeNode("pipe"u8, 0x11A4, 0);
        Assert.Equal("IMG3020", (await FailAsync(project)).Code);
    }

    [ImageFact]
    public async Task A_missing_bootstrap_program_is_an_error()
    {
        var project = @base.Workspace.BaseProject() with { Stream = "boot/missing", ImageFile = Path.Combine(@base.Workspace.Folder, "missing.image") };
        project = project with { Bootstrap = project.Bootstrap! with { Command = ["no-such-bootstrap", "$dir"] } };
        Assert.Equal("IMG2010", (await FailAsync(project)).Code);
        project = project with { Bootstrap = project.Bootstrap! with { Command = ["sh", "-c", "echo broken; exit 5"] } };
        var diagnostic = await FailAsync(project);
        Assert.Equal("IMG2011", diagnostic.Code);
        Assert.Contains("broken", diagnostic.Message);
        project = project with { Bootstrap = project.Bootstrap! with { Command = ["true"] } };
        Assert.Equal("IMG2012", (await FailAsync(project)).Code);
        project = project with { Bootstrap = project.Bootstrap! with { PackagerType = "nix" } };
        Assert.Equal("IMG4006", (await FailAsync(project)).Code);
    }

    [ImageFact]
    public async Task A_computed_file_that_is_missing_is_an_error()
    {
        var (project, directory) = @base.New();
        ImageWorkspace.Write(directory, "computed-files", "/etc/not-there host:1\n");
        Assert.Equal("IMG5002", (await FailAsync(project)).Code);
    }

    public static TheoryData<string, string> BadProjects => new()
    {
        { "stream", "IMG1001" }, { "stream with a blank", "IMG1001" }, { "stream of a build", "IMG1001" }, { "source", "IMG2008" }, { "traversal", "IMG1004" }, { "mode", "IMG1005" }, { "file", "IMG1006" }, { "mount", "IMG1007" },
        { "target", "IMG1008" }, { "secret", "IMG1009" }, { "variable", "IMG1014" }, { "unset secret", "IMG1015" }, { "tag", "IMG1043" },
        { "two sources", "IMG1040" }, { "both", "IMG1003" }, { "old", "IMG2004" },
    };

    [ImageTheory, MemberData(nameof(BadProjects))]
    public async Task A_mistake_in_a_project_is_one_error(string what, string code)
    {
        var (project, directory) = @base.New($"project-{what.Replace(' ', '-')}");
        ImageWorkspace.Write(directory, "tags.json", """{"Name": "one"}""");
        ImageWorkspace.Write(directory, "source", "x");
        if (what == "source")
            ImageWorkspace.Write(directory, "manifest", """{"SourceImage": "base/2026-01-02:03:04:05"}""");
        var source = Path.Combine(directory, "source");
        project = what switch
        {
            "stream" => project with { Stream = "../x" },
            "stream with a blank" => project with { Stream = "a b" },
            "stream of a build" => project with { Source = project.Source with { BuildableStreams = [new("ä", "/x.imgproj")] } },
            "source" => project,
            "traversal" => project with { Files = [new(source, "/etc/../../x", ImageStage.CopyFiles)] },
            "mode" => project with { Files = [new(source, "/etc/x", ImageStage.CopyFiles, "9z")] },
            "file" => project with { Files = [new(source + "-not", "/etc/x", ImageStage.CopyFiles)] },
            "mount" => project with { Sandbox = project.Sandbox with { BindMounts = [new("/no/such/place", "/mnt")] } },
            "target" => project with { Sandbox = project.Sandbox with { BindMounts = [new("/tmp", "/mnt/../..")] } },
            "secret" => project with { Sandbox = project.Sandbox with { Secrets = [new("../x", source, null)] } },
            "unset secret" => project with
            {
                Packages = ["less"], Sandbox = project.Sandbox with { Secrets = [new("x", null, "NO_SUCH_VARIABLE_HERE")] },
            },
            "variable" => project with { Variables = [new("A-B", "x")] },
            "tag" => project with { Tags = [new("Name", "two")] },
            "two sources" => project with { Source = new SourceSettings { Stream = "other/stream" } },
            "both" => project with { Source = new SourceSettings { Stream = "a" }, Bootstrap = new BootstrapSettings { Command = ["x"], PackagerType = "deb" } },
            "old" => project with { Source = new SourceSettings { MaxAge = TimeSpan.FromTicks(1) } },
            _ => throw new ArgumentException(what),
        };
        Assert.Equal(code, (await FailAsync(project)).Code);
    }

    [ImageFact]
    public async Task A_full_disk_is_named_and_leaves_nothing()
    {
        if (!Processes.IsRoot)
            return; // Making a small file system takes root; what an ordinary user's worker does is the same code.
        var small = Path.Combine(@base.Workspace.Folder, "small");
        Directory.CreateDirectory(small);
        Mounts.Mount("tmpfs", small, "tmpfs", Mounts.Options.None, "size=8m");
        try
        {
            var (project, directory) = @base.New();
            var store = new StoreSettings(@base.Workspace.Store.ImageDirectory, @base.Workspace.Store.ObjectDirectory);
            using var workspace = new ImageWorkspace { CacheDirectory = small, Store = store };
            var exception = await workspace.FailAsync(project with { CacheDirectory = small });
            Assert.Equal("IMG3005", exception.Diagnostic.Code);
            Assert.Empty(Directory.GetDirectories(Path.Combine(small, $"uid-{Processes.UserId}", "layers")));
        }
        finally
        {
            Mounts.Detach(small);
        }
    }
}
