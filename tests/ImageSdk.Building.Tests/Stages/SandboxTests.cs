using ImageSdk.Building.State;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Projects;
using ImageSdk.Images;
using ImageSdk.Layers;
using ImageSdk.Posix;
using ImageSdk.Sandbox.Logging;
using ImageSdk.Tests;

namespace ImageSdk.Building.Tests.Stages;

public class SandboxTests(BaseImage @base) : IClassFixture<BaseImage>
{
    [ImageFact]
    public async Task Scripts_run_in_version_order_in_the_documented_environment()
    {
        var (project, directory) = @base.New("order/leaf");
        foreach (var name in new[] { "10-third", "2-second", "1-first" })
            ImageWorkspace.Write(directory, $"scripts/{name}", $"#!/bin/sh\necho {name} >> /opt/order\n");
        ImageWorkspace.Write(directory, "scripts/.hidden", "#!/bin/sh\nexit 1\n");
        ImageWorkspace.Write(directory, "scripts/3-environment", "#!/bin/sh\nenv | sort > /opt/environment\npwd >> /opt/environment\n");
        project = project with { Variables = [new("COLOUR", "blue"), new("WHERE", "in ${IMAGE_STREAM[/1:]}")] };
        await @base.Workspace.BuildAndPublishAsync(project);
        Assert.Equal("1-first\n2-second\n10-third\n", @base.Workspace.ReadFile(project, "/opt/order"));
        Assert.Equal(
            """
            ARCH=amd64
            COLOUR=blue
            DPKG_FORCE=security-mac,downgrade,confold
            HOME=/
            IMAGE_STREAM=test/order/leaf
            IMAGE_STREAM_0=test
            IMAGE_STREAM_1=order
            IMAGE_STREAM_2=leaf
            IMAGE_STREAM_DIRECTORY_NAME=test/order
            IMAGE_STREAM_LEAF_NAME=leaf
            LOGNAME=root
            PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
            PWD=/
            USER=root
            WHERE=in order/leaf
            DEBIAN_FRONTEND=noninteractive
            /

            """.Split('\n').Order(), @base.Workspace.ReadFile(project, "/opt/environment").Split('\n').Order());
    }

    [ImageFact]
    public async Task Post_cleanup_scripts_run_after_clean_up()
    {
        var (project, directory) = @base.New();
        ImageWorkspace.Write(directory, "package-list", "less\n");
        ImageWorkspace.Write(directory, "scripts/seen", "#!/bin/sh\nls /var/lib/apt/lists | wc -l > /opt/before\n");
        ImageWorkspace.Write(directory, "post-cleanup-scripts/seen", "#!/bin/sh\nls /var/lib/apt/lists | wc -l > /opt/after\n");
        await @base.Workspace.BuildAndPublishAsync(project);
        Assert.NotEqual("0\n", @base.Workspace.ReadFile(project, "/opt/before"));
        Assert.Equal("0\n", @base.Workspace.ReadFile(project, "/opt/after"));
    }

    [ImageFact]
    public async Task Secrets_are_read_by_scripts_and_stay_out_of_image_log_and_keys()
    {
        const string value = "s3cret-value-of-this-test";
        var (project, directory) = @base.New();
        var file = Path.Combine(@base.Workspace.Folder, "secret-file");
        File.WriteAllText(file, value);
        ImageWorkspace.Write(directory, "scripts/use", "#!/bin/sh\nset -e\ntest \"$(cat /run/secrets/token)\" = s3cret-value-of-this-test\ncat /run/secrets/token\nif echo x > /run/secrets/token; then exit 1; fi\n");
        project = project with { Sandbox = project.Sandbox with { Secrets = [new Secret("token", file, null)] } };
        var result = await @base.Workspace.BuildAndPublishAsync(project);
        Assert.Null(result.Find("/run/secrets"));
        // The script itself says the value; nothing that the build makes does.
        Assert.DoesNotContain(result.Listener.OutputLines, line => line.Contains(value, StringComparison.Ordinal));
        Assert.Contains(result.Listener.OutputLines, line => line.Contains("***", StringComparison.Ordinal));
        Assert.DoesNotContain(value, File.ReadAllText(Path.Combine(@base.Workspace.StateOf(project), "build.log")));
        foreach (var state in Directory.EnumerateFiles(@base.Workspace.StateOf(project)))
            Assert.DoesNotContain(value, File.ReadAllText(state));
    }

    [ImageFact]
    public async Task A_secret_of_any_bytes_reaches_scripts_as_it_is()
    {
        var (project, directory) = @base.New();
        var file = Path.Combine(@base.Workspace.Folder, "secret of bytes");
        byte[] value = [0xEF, 0xBB, 0xBF, .. Enumerable.Range(0, 256).Select(number => (byte)number)];
        File.WriteAllBytes(file, value);
        ImageWorkspace.Write(directory, "scripts/use", "#!/bin/sh\nset -e\nsha512sum < /run/secrets/key > /opt/hash\n");
        project = project with { Sandbox = project.Sandbox with { Secrets = [new Secret("key", file, null)] } };
        await @base.Workspace.BuildAndPublishAsync(project);
        Assert.Equal($"{ObjectHash.Of(value)}  -\n", @base.Workspace.ReadFile(project, "/opt/hash"));
    }

    [ImageFact]
    public async Task A_streams_directory_is_closed_to_other_users_or_a_warning_tells()
    {
        var (project, directory) = @base.New();
        ImageWorkspace.Write(directory, "scripts/leave", "#!/bin/sh\nset -e\ncp /bin/true /cache/true\nchmod 4755 /cache/true\nsu -s /bin/sh nobody -c 'test -r /cache/true'\n");
        var streams = Path.Combine(@base.Workspace.Folder, "streams", "of ä user");
        project = project with { Cache = new CacheSettings { BaseDirectory = streams, MountPoint = "/cache" } };
        var result = await @base.Workspace.BuildAsync(project);
        Assert.Equal(LayerStore.PrivateMode, File.GetUnixFileMode(Path.Combine(streams, "test")));
        Assert.True(File.Exists(Path.Combine(streams, project.Stream, "true")));
        Assert.DoesNotContain(result.Listener.Warnings, warning => warning.Code == "IMG3332");

        File.SetUnixFileMode(Path.Combine(streams, "test"), (UnixFileMode)0x1ED);
        ImageWorkspace.Write(directory, "scripts/again", "#!/bin/sh\ntrue\n");
        result = await @base.Workspace.BuildAsync(project);
        Assert.Contains(result.Listener.Warnings, warning => warning.Code == "IMG3332");
    }

    /// <summary>What is lent for the length of a command may come back longer than memory.</summary>
    [ImageFact]
    public async Task Files_without_end_in_the_place_of_lent_ones_are_left_alone()
    {
        var (project, directory) = @base.New();
        ImageWorkspace.Write(directory, "scripts/1-grow", "#!/bin/sh\nset -e\nfor file in /etc/resolv.conf /usr/sbin/policy-rc.d; do rm -f $file; truncate -s 3G $file; done\n");
        ImageWorkspace.Write(directory, "scripts/2-shrink", "#!/bin/sh\nset -e\nrm /etc/resolv.conf /usr/sbin/policy-rc.d\n");
        var result = await @base.Workspace.BuildAsync(project);
        Assert.Null(result.Find("/usr/sbin/policy-rc.d"));
        Assert.Equal(0ul, Assert.IsType<RegularInode>(result.Find("/etc/resolv.conf")).Size);
    }

    [ImageFact]
    public async Task A_secret_that_a_failing_script_prints_is_not_in_the_error()
    {
        const string value = "s3cret-of-a-failing-script";
        var (project, directory) = @base.New();
        var file = Path.Combine(@base.Workspace.Folder, "failing-secret");
        File.WriteAllText(file, value);
        ImageWorkspace.Write(directory, "scripts/fails", "#!/bin/sh\ncat /run/secrets/token\nexit 1\n");
        project = project with { Sandbox = project.Sandbox with { Secrets = [new Secret("token", file, null)] } };
        var diagnostic = (await @base.Workspace.FailAsync(project)).Diagnostic;
        Assert.Equal("IMG3010", diagnostic.Code);
        Assert.DoesNotContain(value, diagnostic.Message);
        Assert.Contains("***", diagnostic.Message);
    }

    [ImageFact]
    public async Task Bind_mounts_are_read_only_unless_said_and_leave_no_trace()
    {
        var (project, directory) = @base.New();
        var (readOnly, writable) = (Path.Combine(@base.Workspace.Folder, "ro"), Path.Combine(@base.Workspace.Folder, "rw"));
        Directory.CreateDirectory(readOnly);
        Directory.CreateDirectory(writable);
        File.WriteAllText(Path.Combine(readOnly, "in"), "in");
        ImageWorkspace.Write(directory, "scripts/use", "#!/bin/sh\nset -e\ncp /mnt/deep/ro/in /mnt/rw/out\nif echo x > /mnt/deep/ro/no; then exit 1; fi\n");
        project = project with
        {
            Sandbox = project.Sandbox with { BindMounts = [new(readOnly, "/mnt/deep/ro"), new(writable, "/mnt/rw", Writable: true)] },
        };
        var result = await @base.Workspace.BuildAsync(project);
        Assert.Equal("in", File.ReadAllText(Path.Combine(writable, "out")));
        Assert.Empty(Assert.IsType<DirectoryInode>(result.Find("/mnt")).Entries);
    }

    [ImageFact]
    public async Task The_streams_cache_is_kept_and_trimmed()
    {
        var (project, directory) = @base.New();
        var cache = Path.Combine(@base.Workspace.Folder, "stream-cache");
        ImageWorkspace.Write(directory, "scripts/use", "#!/bin/sh\nset -e\ncd /cache\nhead -c 6000 /dev/zero > old\ntouch -d '2001-01-01' old\nhead -c 5000 /dev/zero > new\n");
        project = project with { Cache = new CacheSettings { BaseDirectory = cache, MountPoint = "/cache", SizeLimit = 8000 } };
        var result = await @base.Workspace.BuildAsync(project);
        Assert.Null(result.Find("/cache"));
        Assert.Equal([Path.Combine(cache, project.Stream, "new")], Directory.GetFiles(Path.Combine(cache, project.Stream)));
    }

    [ImageFact]
    public async Task The_network_can_be_cut_off_for_scripts()
    {
        var (project, directory) = @base.New();
        ImageWorkspace.Write(directory, "scripts/net", "#!/bin/sh\ncut -d: -f1 /proc/net/dev | tail -n +3 | tr -d ' ' | sort > /opt/interfaces\n");
        project = project with { Sandbox = project.Sandbox with { ScriptsNetwork = false } };
        await @base.Workspace.BuildAndPublishAsync(project);
        Assert.Equal("lo\n", @base.Workspace.ReadFile(project, "/opt/interfaces"));
    }

    [ImageFact]
    public async Task Every_line_of_a_secret_is_masked_in_every_form_and_its_file_is_for_root_alone()
    {
        const string value = "first line of a key\nsecond+line/of a key\n";
        var (project, directory) = @base.New();
        var file = Path.Combine(@base.Workspace.Folder, "key-file");
        File.WriteAllText(file, value);
        ImageWorkspace.Write(directory, "scripts/use", "#!/bin/sh\nset -e\ncd /run/secrets\ntest \"$(stat -c %a key)\" = 400\ncat key\nbase64 key\nbase64 -w 0 key\necho\necho \"user:$(head -n 1 key)\" | base64\necho 'second%2Bline%2Fof%20a%20key'\n");
        var result = await @base.Workspace.BuildAndPublishAsync(project with { Sandbox = project.Sandbox with { Secrets = [new Secret("key", file, null)] } });
        var output = string.Join('\n', result.Listener.OutputLines);
        foreach (var form in new[] { "line of a key", "second", "second%2Bline", Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(value)), "Zmlyc3QgbGluZS" , "Zpcn" })
            Assert.DoesNotContain(form, output);
        Assert.Contains("***", output);
    }

    [ImageFact]
    public async Task A_log_of_the_cache_is_checked_against_todays_secrets()
    {
        const string later = "value-that-is-a-secret-later";
        var (project, directory) = @base.New();
        var file = Path.Combine(@base.Workspace.Folder, "changing-secret");
        File.WriteAllText(file, "another value");
        ImageWorkspace.Write(directory, "scripts/tell", $"#!/bin/sh\necho {later}\n");
        project = project with { Sandbox = project.Sandbox with { Secrets = [new Secret("changing", file, null)] } };
        await @base.Workspace.BuildAsync(project);
        File.WriteAllText(file, later);
        Assert.Equal("IMG3122", (await Assert.ThrowsAsync<BuildException>(() => @base.Workspace.PublishAsync(project))).Diagnostic.Code);
        await @base.Workspace.BuildAsync(project with { Tags = [new("again", "yes")] });
        Assert.DoesNotContain(later, File.ReadAllText(Path.Combine(@base.Workspace.StateOf(project), "build.log")));
        await @base.Workspace.PublishAsync(project);
    }

    [ImageFact]
    public async Task Scripts_see_their_own_processes_and_a_minimal_dev()
    {
        var (project, directory) = @base.New();
        ImageWorkspace.Write(directory, "scripts/look", "#!/bin/sh\nls /proc | grep -c '^[0-9]' > /opt/processes\nls /dev > /opt/dev\nhostname > /opt/host 2>&1 || cat /proc/sys/kernel/hostname > /opt/host\n");
        await @base.Workspace.BuildAndPublishAsync(project);
        Assert.InRange(int.Parse(@base.Workspace.ReadFile(project, "/opt/processes")), 1, 8);
        Assert.DoesNotContain("vda", @base.Workspace.ReadFile(project, "/opt/dev"));
        Assert.Equal("localhost\n", @base.Workspace.ReadFile(project, "/opt/host"));
    }

    [ImageFact]
    public async Task What_scripts_put_into_dev_is_in_the_image()
    {
        var (project, directory) = @base.New();
        ImageWorkspace.Write(directory, "scripts/dev", "#!/bin/sh\nset -e\nmknod -m 600 /dev/extra c 1 3\nmkdir /dev/net\nmknod /dev/net/tun c 10 200\nln -s null /dev/link\necho x > /dev/null\n");
        var result = await @base.Workspace.BuildAsync(project);
        Assert.Equal((0x2180u, 0x103ul), Assert.IsType<SpecialInode>(result.Find("/dev/extra")) is var extra ? (extra.Mode, extra.Rdev) : default);
        Assert.Equal(DeviceNumber.Encode(10, 200), Assert.IsType<SpecialInode>(result.Find("/dev/net/tun")).Rdev);
        Assert.IsType<SymlinkInode>(result.Find("/dev/link"));
        Assert.IsType<SpecialInode>(result.Find("/dev/null"));
    }

    [ImageFact]
    public async Task Scripts_may_be_links_to_files_elsewhere()
    {
        var (project, directory) = @base.New();
        ImageWorkspace.Write(directory, "shared/script", "#!/bin/sh\necho $0 > /opt/linked\n");
        Directory.CreateDirectory(Path.Combine(directory, "scripts"));
        File.CreateSymbolicLink(Path.Combine(directory, "scripts/10-linked"), "../shared/script");
        await @base.Workspace.BuildAndPublishAsync(project);
        Assert.Equal("/.scripts/10-linked\n", @base.Workspace.ReadFile(project, "/opt/linked"));
    }

    [ImageFact]
    public async Task Tests_of_the_source_image_run_too_and_leave_nothing()
    {
        var (lower, lowerDirectory) = @base.New();
        ImageWorkspace.Write(lowerDirectory, "tests/of-source", "#!/bin/sh\necho ran-of-source\necho x > /etc/left-by-test\n");
        await @base.Workspace.BuildAndPublishAsync(lower);
        var (upper, upperDirectory) = @base.New();
        ImageWorkspace.Write(upperDirectory, "manifest", $$"""{"SourceImage": "{{lower.Stream}}"}""");
        ImageWorkspace.Write(upperDirectory, "tests/own", "#!/bin/sh\necho ran-own\n");
        var result = await @base.Workspace.BuildAsync(upper);
        Assert.Contains("ran-of-source", result.Listener.OutputLines);
        Assert.Contains("ran-own", result.Listener.OutputLines);
        Assert.NotNull(result.Find($"/tests/{lower.Stream}/of-source"));
        Assert.Null(result.Find("/etc/left-by-test"));
    }

    // With the byte between arguments: digits alone may be part of another command's hash.
    const string Sleeping = "sleep\u00004242";

    [ImageFact]
    public async Task A_cancelled_build_ends_at_once_and_leaves_no_process_or_layer()
    {
        var (project, directory) = @base.New();
        ImageWorkspace.Write(directory, "scripts/sleeps", "#!/bin/sh\n# unique 8a77\nsleep 4242\n");
        // A cache of its own, where no other test has a session.
        using var workspace = new ImageWorkspace(ownCache: true) { Store = @base.Workspace.Store };
        project = project with { CacheDirectory = workspace.CacheDirectory };
        using var cancellation = new CancellationTokenSource();
        var build = workspace.BuildAsync(project, cancellation: cancellation.Token);
        await Wait.UntilAsync(() => RunningCommands().Contains(Sleeping), unless: [build]);
        cancellation.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => build);
        // A cancelled worker may be removing its files, or be succeeded by one that does, until it is let go.
        workspace.Workers.Dispose();
        Assert.DoesNotContain(Sleeping, RunningCommands());
        Assert.Empty(Directory.EnumerateFileSystemEntries(new LayerStore(workspace.CacheDirectory, Posix.Processes.UserId).SessionsDirectory));
    }

    static string RunningCommands() => string.Join(' ', Directory.EnumerateDirectories("/proc").Select(process =>
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, "cmdline"));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }));

    [ImageFact]
    public async Task Times_are_limited_by_source_date_epoch()
    {
        var (project, directory) = @base.New();
        ImageWorkspace.Write(directory, "files/etc/a", "a");
        var result = await @base.Workspace.BuildAsync(project with { SourceDateEpoch = 1000000000 });
        Assert.Equal(new FileTime(1000000000, 0), Assert.IsType<RegularInode>(result.Find("/etc/a")).Mtime);
    }

    [ImageFact]
    public async Task A_packager_of_the_projects_own_is_written_and_used()
    {
        var project = @base.Workspace.BaseProject() with
        {
            Stream = "boot/own-packager", ImageFile = Path.Combine(@base.Workspace.Folder, "own.image"),
            PackagerTypes =
            [
                new PackagerType
                {
                    Name = "own", Verbatim = ["export FLAVOUR=own"], ListCommand = ["printf", "pkg 1.2 3\nother 4\n"], ListSizeMultiplier = 10,
                    CleanPatterns = ["/etc/issue.*"], InstallCommand = ["/bin/sh", "-c", "echo $FLAVOUR \"$@\" > /opt/installed", "install"],
                },
            ],
        };
        project = project with { Bootstrap = project.Bootstrap! with { PackagerType = "own" } };
        var result = await @base.Workspace.BuildAndPublishAsync(project);
        Assert.Equal([new Package("other", "4", 0), new Package("pkg", "1.2", 30)], result.Image.Packages);
        Assert.Null(result.Find("/etc/issue"));
        var (upper, directory) = @base.New();
        ImageWorkspace.Write(directory, "manifest", """{"SourceImage": "boot/own-packager"}""");
        ImageWorkspace.Write(directory, "package-list", "a\nb\n");
        await @base.Workspace.BuildAndPublishAsync(upper);
        Assert.Equal("own a b\n", @base.Workspace.ReadFile(upper, "/opt/installed"));
    }
}
