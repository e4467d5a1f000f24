using ImageSdk.Building.State;
using ImageSdk.Contracts;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Packagers;
using ImageSdk.Contracts.Projects;
using ImageSdk.Contracts.Stages;
using ImageSdk.Images;
using ImageSdk.Layers;
using ImageSdk.Sandbox.Logging;

namespace ImageSdk.Building.Tests.DebianPackages;

/// <summary>Packages installed in steps: the same image as apt makes, and the same with and without a cache.</summary>
public class StepInstallationTests(BaseImage @base) : IClassFixture<BaseImage>
{
    /// <summary>
    /// What records when something was done, or what was before; ldconfig's notes are thrown away, and apt's lists of
    /// changes have other times.
    /// </summary>
    static readonly string[] Exceptions = ["/bin/generic-packager", "/usr/bin/generic-packager", "/var/log/", "/var/cache/ldconfig/", "/var/lib/dpkg/status-old", "/var/cache/debconf/"];

    static readonly string Users = "#!/bin/sh\nset -e\nadduser --system --group --no-create-home user-of-$DPKG_MAINTSCRIPT_PACKAGE >/dev/null\n";

    (ImageProject Project, string Directory, LocalRepository Repository) NewWithRepository(string? name = null)
    {
        var (project, directory) = @base.New(name);
        var repository = new LocalRepository(Path.Combine(@base.Workspace.Folder, $"repository of {Path.GetFileName(directory)}"));
        return (repository.Use(project, directory), directory, repository);
    }

    static int CountOf(BuildResult result, string text) => result.Listener.OutputLines.Count(line => line.StartsWith(text, StringComparison.Ordinal));

    [ImageTheory]
    [InlineData("less", "curl", "procps")]
    [InlineData("openssh-client", "python3-minimal", "nginx-light")]
    public async Task Steps_make_what_apt_makes(params string[] packages)
    {
        var (steps, _) = @base.New($"steps-{packages[0]}");
        var (plain, plainDirectory) = @base.New($"plain-{packages[0]}");
        // One word more, and it is a packager of the site's own.
        ImageWorkspace.Write(plainDirectory, "files/bin/generic-packager",
            GenericPackagerScript.Write(BuiltInPackagers.Find("deb", [])! with { Verbatim = ["export DEBIAN_FRONTEND=noninteractive", "true"] }), executable: true);
        var one = await @base.Workspace.BuildAsync(steps with { Packages = packages });
        var other = await @base.Workspace.BuildAsync(plain with { Packages = packages });
        Assert.All(packages, package => Assert.Equal(1, CountOf(one, $"Installing {package} (")));
        Assert.DoesNotContain(other.Listener.OutputLines, line => line.Contains("From the cache", StringComparison.Ordinal));
        var (left, right) = (LinesOf(one.Tree, Exceptions), LinesOf(other.Tree, Exceptions));
        Assert.Equal(right.Keys, left.Keys);
        foreach (var (path, line) in right)
            Assert.Equal(line, left[path]);
        Assert.Equal(other.Image.Packages, one.Image.Packages);
    }

    [ImageFact]
    public async Task An_image_on_one_that_has_packages_of_the_same_lists_installs_its_own()
    {
        var (below, _) = @base.New("below");
        below = below with { Packages = ["less"] };
        await @base.Workspace.BuildAsync(below);
        var (above, directory) = @base.New("above");
        ImageWorkspace.Write(directory, "manifest", $$"""{"SourceImage": "{{below.Stream}}"}""");
        var result = await @base.Workspace.BuildAsync(above with { Packages = ["bzip2"] }, references: [below.ImageFile]);
        Assert.NotNull(result.Find("/usr/bin/less"));
        Assert.NotNull(result.Find("/usr/bin/bzip2"));
        Assert.Null(result.Tree.Walk().Select(entry => entry.Path.ToString()).FirstOrDefault(path => path.StartsWith("/var/lib/apt/lists/", StringComparison.Ordinal)));
    }

    [ImageFact]
    public async Task An_image_without_folders_for_caches_is_installed_in_steps_too()
    {
        var (below, _) = @base.New("bare");
        below = below with { ExcludedPaths = ["/var/cache/.*", "/var/log/.*"] };
        await @base.Workspace.BuildAsync(below);
        var (above, directory) = @base.New("on-bare");
        ImageWorkspace.Write(directory, "manifest", $$"""{"SourceImage": "{{below.Stream}}"}""");
        var result = await @base.Workspace.BuildAsync(above with { Packages = ["less"] }, references: [below.ImageFile]);
        Assert.Equal(1, CountOf(result, "Installing less ("));
        Assert.NotNull(result.Find("/usr/bin/less"));
        // As the apt of such an image makes it.
        var cache = Assert.IsType<DirectoryInode>(result.Find("/var/cache/apt"));
        Assert.Equal((0x1EDu, 0u, 0u), ((uint)cache.Mode & 0xFFF, cache.Uid, cache.Gid));
    }

    static SortedDictionary<string, string> LinesOf(FileSystem tree, params ReadOnlySpan<string> exceptions)
    {
        using var stream = new MemoryStream();
        new Listing { Fields = Listing.FieldsWithout("t") }.Write(tree, stream);
        var lines = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in System.Text.Encoding.UTF8.GetString(stream.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var path = line[line.IndexOf('/', StringComparison.Ordinal)..].Split(' ')[0];
            var isException = false;
            foreach (var exception in exceptions)
                isException |= path.StartsWith(exception, StringComparison.Ordinal);
            if (!isException)
                lines[path] = line;
        }
        return lines;
    }

    [ImageFact]
    public async Task A_package_added_at_the_end_is_installed_alone()
    {
        var (project, _, repository) = NewWithRepository();
        repository.Add("lib");
        repository.Add("one", fields: "Depends: lib");
        repository.Add("two", fields: "Depends: lib");
        await @base.Workspace.BuildAsync(project with { Packages = ["one"] });
        var second = await @base.Workspace.BuildAsync(project with { Packages = ["one", "two"] });
        Assert.Equal(1, CountOf(second, "From the cache: one (2 packages)"));
        Assert.Equal(1, CountOf(second, "Setting up "));
        Assert.Equal(1, CountOf(second, "Setting up two "));
        Assert.NotNull(second.Find("/usr/share/lib/version"));
        // The whole log is there, also of what came from the cache.
        Assert.Contains("Setting up one ", File.ReadAllText(Path.Combine(@base.Workspace.StateOf(project), "build.log")));
    }

    [ImageFact]
    public async Task Any_way_to_a_list_leads_to_the_image_of_an_empty_cache()
    {
        var (project, _, repository) = NewWithRepository();
        repository.Add("lib", scripts: ("postinst", Users));
        repository.Add("watcher", scripts: [("triggers", "interest /usr/share\n"), ("postinst", "#!/bin/sh\nls /usr/share > /var/lib/watched\n")]);
        repository.Add("pa", fields: "Depends: lib, pb | pc", scripts: ("postinst", Users));
        repository.Add("pb", fields: "Provides: letter", scripts: ("postinst", Users));
        repository.Add("pc", fields: "Conflicts: pb", scripts: ("postinst", Users));
        repository.Add("pd", fields: "Pre-Depends: lib\nDepends: letter", scripts: ("postinst", Users));
        repository.Add("pe", fields: "Section: metapackages\nDepends: lib");
        // Lengths, orders, alternatives, what one package keeps another from, and lists that apt takes in one piece.
        string[] lists = ["pa", "pa pd", "pa pd watcher", "pc pa", "pd pa", "watcher", "watcher lib", "watcher lib pe", "pb pd", "pd", "lib watcher pa pd"];
        var number = 0;
        foreach (var names in lists.Select(list => list.Split(' ')))
        {
            var warm = await @base.Workspace.BuildAsync(project with { Packages = names });
            // Nothing can come from the cache of what is installed with another variable.
            var cold = await @base.Workspace.BuildAsync(project with { Packages = names, Variables = [new("NUMBER", $"{++number}")] });
            Assert.Equal(0, CountOf(cold, "From the cache: "));
            Assert.Equal(LinesOf(cold.Tree).Values, LinesOf(warm.Tree).Values);
            Assert.Equal(TreeHash.Compute(cold.Tree), TreeHash.Compute(warm.Tree));
        }
        using var empty = new ImageWorkspace(ownCache: true) { Store = @base.Workspace.Store };
        var last = lists[^1].Split(' ');
        var first = await empty.BuildAsync(project with { Packages = last, CacheDirectory = empty.CacheDirectory });
        Assert.Equal(TreeHash.Compute(first.Tree), TreeHash.Compute((await @base.Workspace.BuildAsync(project with { Packages = last })).Tree));
    }

    [ImageFact]
    public async Task A_newer_version_is_an_upgrade_before_anything_is_installed()
    {
        var (project, directory, repository) = NewWithRepository();
        repository.Add("tool");
        await @base.Workspace.BuildAndPublishAsync(project with { Packages = ["tool"] });
        repository.Add("tool", "2");
        repository.Add("other");
        var upper = @base.Workspace.NewManifest("upgraded");
        ImageWorkspace.Write(upper, "manifest", $$"""{"SourceImage": "{{project.Stream}}"}""");
        var result = await @base.Workspace.BuildAndPublishAsync(
            repository.Use(@base.Workspace.Project("test/upgraded", upper), upper) with { Packages = ["other"] });
        Assert.Equal("2\n", @base.Workspace.ReadFile(@base.Workspace.Project("test/upgraded", upper), "/usr/share/tool/version"));
        Assert.NotNull(result.Find("/usr/share/other/version"));
        Assert.Contains(result.Image.Packages, package => package is { Name: "tool", Version: "2" });
    }

    [ImageFact]
    public async Task Metapackages_virtual_names_and_patterns_are_installed_in_steps_and_marked_as_apt_marks()
    {
        var (project, _, repository) = NewWithRepository("meta-steps");
        repository.Add("deeper");
        repository.Add("deep", fields: "Depends: deeper");
        repository.Add("meta", fields: "Section: metapackages\nDepends: deep");
        repository.Add("lib");
        repository.Add("plain", fields: "Depends: lib");
        repository.Add("successor");
        repository.Add("transition", fields: "Section: oldlibs\nDepends: successor");
        repository.Add("provider", fields: "Provides: thing");
        repository.Add("pattern-one");
        repository.Add("last");
        string[] list = ["meta", "plain", "transition", "thing", "^pattern-.*$"];
        var steps = await @base.Workspace.BuildAsync(project with { Packages = list });
        Assert.DoesNotContain(steps.Listener.OutputLines, line => line.StartsWith("apt installs all", StringComparison.Ordinal));
        var (plain, plainDirectory) = @base.New("meta-plain");
        plain = repository.Use(plain, plainDirectory);
        ImageWorkspace.Write(plainDirectory, "files/bin/generic-packager",
            GenericPackagerScript.Write(BuiltInPackagers.Find("deb", [])! with { Verbatim = ["export DEBIAN_FRONTEND=noninteractive", "true"] }), executable: true);
        var whole = await @base.Workspace.BuildAsync(plain with { Packages = list });
        Assert.Equal(LinesOf(whole.Tree, Exceptions).Values, LinesOf(steps.Tree, Exceptions).Values);
        var longer = await @base.Workspace.BuildAsync(project with { Packages = [.. list, "last"] });
        Assert.Equal(1, CountOf(longer, "Setting up "));
        Assert.Equal(1, CountOf(longer, "Setting up last "));
    }

    /// <summary>Packages lie in the cache of packages, or nowhere.</summary>
    [ImageTheory]
    [InlineData("a hook of dpkg", "files/etc/apt/apt.conf.d/hook", "DPkg::Post-Invoke { \"true\"; };\n")]
    [InlineData("another packager", "files/bin/generic-packager", "")]
    public async Task What_apt_installs_by_itself_leaves_no_package_in_a_layer(string name, string file, string text)
    {
        var (project, directory) = @base.New(name.Replace(' ', '-'));
        var repository = new LocalRepository(Path.Combine(@base.Workspace.Folder, $"served for {name}"));
        // Two packages with the same bytes are one in the cache of packages, and the second is not asked for.
        repository.Add("tool", fields: $"Homepage: https://example.org/{Uri.EscapeDataString(name)}");
        using var server = new RepositoryServer(repository.Folder);
        ImageWorkspace.Write(directory, "files/etc/apt/sources.list", server.Source("[trusted=yes] "));
        ImageWorkspace.Write(directory, file, text.Length > 0 ? text : GenericPackagerScript.Write(
            BuiltInPackagers.Find("deb", [])! with { Verbatim = ["export DEBIAN_FRONTEND=noninteractive", "true"] }), executable: file.Contains("bin/", StringComparison.Ordinal));
        Assert.NotNull((await @base.Workspace.BuildAsync(project with { Packages = ["tool"] })).Find("/usr/share/tool/version"));
        Assert.Contains("/tool_1.deb", server.Requests);
        var state = new StateDirectory(@base.Workspace.StateOf(project));
        var layers = new LayerStore(project.CacheDirectory, Posix.Processes.UserId);
        foreach (var layer in JsonFile.TryRead(state.StageFile(ImageStage.InstallPackages), StateJson.Default.StageState)!.Layers)
            Assert.DoesNotContain(layers.ReadIndex(layer).Entries, entry => entry.Path.ToString() is var path && (path.EndsWith(".deb", StringComparison.Ordinal) || path.EndsWith("pkgcache.bin", StringComparison.Ordinal)));
    }

    [ImageFact]
    public async Task A_list_that_removes_something_is_left_to_apt()
    {
        var (project, _, repository) = NewWithRepository();
        repository.Add("old");
        repository.Add("new", fields: "Conflicts: old");
        await @base.Workspace.BuildAndPublishAsync(project with { Packages = ["old"] });
        var upper = @base.Workspace.NewManifest("replaced");
        ImageWorkspace.Write(upper, "manifest", $$"""{"SourceImage": "{{project.Stream}}"}""");
        var result = await @base.Workspace.BuildAsync(repository.Use(@base.Workspace.Project("test/replaced", upper), upper) with { Packages = ["new"] });
        Assert.Equal(1, CountOf(result, "apt installs the packages of each step: "));
        Assert.Null(result.Find("/usr/share/old/version"));
        Assert.NotNull(result.Find("/usr/share/new/version"));
    }

    [ImageFact]
    public async Task A_maintainer_script_that_fails_is_shown_with_its_output_and_its_step_is_not_kept()
    {
        var (project, directory, repository) = NewWithRepository();
        repository.Add("good");
        repository.Add("bad", scripts: ("postinst", "#!/bin/sh\necho the reason is here\nexit 7\n"));
        ImageWorkspace.Write(directory, "package-list", "good\nbad\n");
        for (var attempt = 0; attempt < 2; attempt++)
        {
            var diagnostic = (await @base.Workspace.FailAsync(project)).Diagnostic;
            Assert.Equal("IMG4003", diagnostic.Code);
            Assert.Contains("the reason is here", diagnostic.Message);
            Assert.Contains("bad", diagnostic.Message);
        }
    }

    [ImageFact]
    public async Task Packages_are_marked_as_automatic_unless_they_are_listed()
    {
        var (project, _, repository) = NewWithRepository();
        repository.Add("lib");
        repository.Add("one", fields: "Depends: lib");
        var first = await @base.Workspace.BuildAndPublishAsync(project with { Packages = ["one"] });
        Assert.Contains("Package: lib\nArchitecture: amd64\nAuto-Installed: 1\n", @base.Workspace.ReadFile(project, "/var/lib/apt/extended_states"));
        await @base.Workspace.BuildAndPublishAsync(project with { Packages = ["one", "lib"] });
        Assert.DoesNotContain("Package: lib\n", @base.Workspace.ReadFile(project, "/var/lib/apt/extended_states"));
        Assert.DoesNotContain("Package: one\n", @base.Workspace.ReadFile(project, "/var/lib/apt/extended_states"));
    }

    [ImageFact]
    public async Task Two_builds_at_once_share_steps_and_lists()
    {
        var (project, _, repository) = NewWithRepository();
        repository.Add("random", scripts: ("postinst", "#!/bin/sh\nsleep 1\ncat /proc/sys/kernel/random/uuid > /etc/random\n"));
        repository.Add("one");
        repository.Add("two");
        using var other = new ImageWorkspace { Store = @base.Workspace.Store };
        var results = await Task.WhenAll(
            @base.Workspace.BuildAsync(project with { Packages = ["random", "one"] }),
            other.BuildAsync(project with { Packages = ["random", "two"], ImageFile = project.ImageFile + "2" }));
        Assert.Equal(((RegularInode)results[0].Find("/etc/random")!).Hash, ((RegularInode)results[1].Find("/etc/random")!).Hash);
        Assert.Equal(1, results.Sum(result => CountOf(result, "From the cache: random")));
    }

    [ImageFact]
    public async Task Changed_lists_install_anew_only_what_they_change()
    {
        var (project, directory, repository) = NewWithRepository();
        repository.Add("same");
        repository.Add("newer");
        ImageWorkspace.Write(directory, "files/etc/a", "a");
        await @base.Workspace.BuildAsync(project with { Packages = ["same", "newer"] });
        repository.Add("newer", "2");
        // The stage runs again for another reason.
        var second = await @base.Workspace.BuildAsync(project with { Packages = ["same", "newer", "same:all"] });
        Assert.Contains(ImageStage.InstallPackages, second.Ran);
        Assert.Equal(1, CountOf(second, "From the cache: same"));
        Assert.Equal(1, CountOf(second, "Setting up newer (2)"));
    }

    [ImageFact]
    public async Task A_file_below_packages_that_has_them_installed_again_is_named_in_the_report()
    {
        var (project, directory, repository) = NewWithRepository("named-in-report");
        repository.Add("tool");
        ImageWorkspace.Write(directory, "files/etc/mötd of x", "a");
        await @base.Workspace.BuildAsync(project with { Packages = ["tool"] });
        ImageWorkspace.Write(directory, "files/etc/mötd of x", "b");
        var before = @base.Workspace.Workers.Timings.Stages.Count;
        await @base.Workspace.BuildAsync(project with { Packages = ["tool"] });
        var stage = Assert.Single(@base.Workspace.Workers.Timings.Stages.Skip(before), stage => stage.Note is not null);
        Assert.Contains("`files/etc/mötd of x` changed", stage.Note);
        Assert.Contains("post-install-files/", stage.Note);
    }

    [ImageFact]
    public async Task A_folder_that_changed_is_planned_anew()
    {
        var (project, directory, repository) = NewWithRepository();
        repository.Add("tool");
        await @base.Workspace.BuildAsync(project with { Packages = ["tool"] });
        repository.Add("tool", "2");
        // The stage runs again for another reason.
        ImageWorkspace.Write(directory, "files/etc/a", "a");
        var second = await @base.Workspace.BuildAsync(project with { Packages = ["tool"] });
        Assert.Contains(second.Image.Packages, package => package is { Name: "tool", Version: "2" });
    }

    [ImageFact]
    public async Task Steps_and_lists_come_from_a_shared_cache_with_their_layer()
    {
        var (project, _, repository) = NewWithRepository();
        repository.Add("lib");
        repository.Add("one", fields: "Depends: lib", scripts: ("postinst", "#!/bin/sh\ncat /proc/sys/kernel/random/uuid > /etc/random\n"));
        project = project with
        {
            Packages = ["lib", "one"], RemoteCache = new RemoteCacheSettings { Directory = Path.Combine(@base.Workspace.Folder, "shared packages") },
        };
        var first = await @base.Workspace.BuildAsync(project);
        using var elsewhere = new ImageWorkspace(ownCache: true) { Store = @base.Workspace.Store };
        var second = await elsewhere.BuildAsync(project with { CacheDirectory = elsewhere.CacheDirectory });
        Assert.DoesNotContain(ImageStage.InstallPackages, second.Ran);
        Assert.Equal(TreeHash.Compute(first.Tree), TreeHash.Compute(second.Tree));
    }

    [ImageTheory]
    [InlineData("nothing", "true", 0)]
    [InlineData("a file goes elsewhere", "dpkg-divert --quiet --no-rename --divert /usr/share/tool/elsewhere --add /usr/share/tool/version", 1)]
    [InlineData("a file gets another owner", "dpkg-statoverride --add daemon daemon 0640 /usr/share/tool/version", 1)]
    [InlineData("it does without flushing", "echo force-unsafe-io > /etc/dpkg/dpkg.cfg.d/unsafe; echo 'DPkg::Options { \"--force-confold\"; };' > /etc/apt/apt.conf.d/old", 0)]
    [InlineData("files are left out", "echo path-exclude=/usr/share/tool/version > /etc/dpkg/dpkg.cfg.d/without", 1)]
    [InlineData("a file is there", "mkdir /usr/share/tool && echo old > /usr/share/tool/version", 1)]
    [InlineData("a directory is there", "mkdir -m 0700 /usr/share/tool && chown daemon /usr/share/tool", 0)]
    [InlineData("a directory is a link", "mkdir -m 0750 /srv/tool && ln -s ../../srv/tool /usr/share/tool", 0)]
    public async Task What_dpkg_was_told_before_holds(string name, string script, int unpackedByDpkg)
    {
        var (project, directory, repository) = NewWithRepository(name);
        repository.Add("tool", scripts:
        [
            ("preinst", "#!/bin/sh\nset -e\npwd > /var/noted\nexport -p | grep -o ' DPKG_.*\\| PATH=.*' | sort >> /var/noted\necho $0 $* >> /var/noted\nls /var/lib/dpkg/tmp.ci >> /var/noted\n"),
            ("postinst", "#!/bin/sh\necho $0 $* >> /var/noted\n"),
        ]);
        ImageWorkspace.Write(directory, "pre-install-scripts/tell", $"#!/bin/sh\nset -e\n{script}\n", executable: true);
        var ours = await @base.Workspace.BuildAsync(project with { Packages = ["tool"] });
        Assert.Equal(unpackedByDpkg, CountOf(ours, "Preparing to unpack "));
        Assert.Equal(1, CountOf(ours, "Unpacking tool (1)"));
        // Any option that is not known lets dpkg do it all.
        ImageWorkspace.Write(directory, "files/etc/dpkg/dpkg.cfg.d/dpkg-itself", "debug=0\n");
        var theirs = await @base.Workspace.BuildAsync(project with { Packages = ["tool"] });
        Assert.Equal(1, CountOf(theirs, "Preparing to unpack "));
        Assert.Equal(
            LinesOf(theirs.Tree, "/etc/dpkg/dpkg.cfg.d", "/var/lib/dpkg/status-old").Values,
            LinesOf(ours.Tree, "/etc/dpkg/dpkg.cfg.d", "/var/lib/dpkg/status-old").Values);
    }

    [ImageFact]
    public async Task A_script_that_fails_before_a_package_is_unpacked_is_one_error_with_its_output()
    {
        var (project, _, repository) = NewWithRepository();
        repository.Add("bad", scripts: ("preinst", "#!/bin/sh\necho the reason is here\nexit 7\n"));
        var diagnostic = (await @base.Workspace.FailAsync(project with { Packages = ["bad"] })).Diagnostic;
        Assert.Equal("IMG4003", diagnostic.Code);
        Assert.Contains("the reason is here", diagnostic.Message);
        Assert.Contains("preinst of bad", diagnostic.Message);
    }
}
