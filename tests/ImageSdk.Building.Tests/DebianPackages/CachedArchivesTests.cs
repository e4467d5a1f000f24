using ImageSdk.Building.State;
using ImageSdk.Contracts;
using ImageSdk.Contracts.Packagers;
using ImageSdk.Contracts.Projects;
using ImageSdk.Contracts.Stages;
using ImageSdk.Images;
using ImageSdk.Layers;

namespace ImageSdk.Building.Tests.DebianPackages;

/// <summary>What apt installs by itself: packages come from the cache, are fetched once, and are in no layer.</summary>
public class CachedArchivesTests(BaseImage @base) : IClassFixture<BaseImage>
{
    (ImageProject Project, string Directory, LocalRepository Repository, RepositoryServer Server) New(string name)
    {
        var (project, directory) = @base.New(name);
        var repository = new LocalRepository(Path.Combine(@base.Workspace.Folder, $"served {name}"));
        var server = new RepositoryServer(repository.Folder);
        ImageWorkspace.Write(directory, "files/etc/apt/sources.list", server.Source("[trusted=yes] "));
        return (project, directory, repository, server);
    }

    static int CountOf(BuildResult result, string text) => result.Listener.OutputLines.Count(line => line.StartsWith(text, StringComparison.Ordinal));

    static readonly string OtherPackager = GenericPackagerScript.Write(
        BuiltInPackagers.Find("deb", [])! with { Verbatim = ["export DEBIAN_FRONTEND=noninteractive", "true"] });

    [ImageTheory]
    [InlineData("hook", "etc/apt/apt.conf.d/hook", "DPkg::Post-Invoke { \"true\"; };\n")]
    [InlineData("own-network", "etc/apt/apt.conf.d/proxy", "Acquire::http::Proxy \"DIRECT\";\n")]
    [InlineData("passwords", "etc/apt/auth.conf", "machine example.org login user password secret\n")]
    [InlineData("packager", "bin/generic-packager", "")]
    public async Task A_longer_list_fetches_only_what_is_new(string name, string file, string text)
    {
        var (project, directory, repository, server) = New($"archives-{name}");
        using var serving = server;
        ImageWorkspace.Write(directory, $"files/{file}", text.Length > 0 ? text : OtherPackager, executable: text.Length == 0);
        // The name of its file has what apt quotes.
        repository.Add("lib", "1:2.0~rc1+dfsg-1");
        repository.Add("tool", fields: "Depends: lib");
        repository.Add("other");
        var first = await @base.Workspace.BuildAsync(project with { Packages = ["tool"] });
        Assert.NotNull(first.Find("/usr/share/tool/version"));
        AssertInNoLayer(project);
        server.Requests.Clear();
        var second = await @base.Workspace.BuildAsync(project with { Packages = ["tool", "other"] });
        Assert.NotNull(second.Find("/usr/share/lib/version"));
        Assert.NotNull(second.Find("/usr/share/other/version"));
        Assert.Equal(["/other_1.deb"], server.Requests.Where(path => path.EndsWith(".deb", StringComparison.Ordinal)));
        AssertInNoLayer(project);
        AssertNoTrace(second);
    }

    [ImageFact]
    public async Task An_upgrade_takes_packages_that_another_build_fetched()
    {
        var (project, _, repository, server) = New("archives-old");
        using var serving = server;
        repository.Add("tool");
        await @base.Workspace.BuildAndPublishAsync(project with { Packages = ["tool"] });
        repository.Add("tool", "2");
        repository.Add("other");
        var requests = new List<string>();
        foreach (var variable in new[] { "one", "two" })
        {
            var upper = @base.Workspace.NewManifest($"archives-{variable}");
            ImageWorkspace.Write(upper, "manifest", $$"""{"SourceImage": "{{project.Stream}}"}""");
            server.Requests.Clear();
            // Another variable, another layer.
            var above = @base.Workspace.Project($"test/archives-{variable}", upper) with { Packages = ["other"], Variables = [new("NAME", variable)] };
            var result = await @base.Workspace.BuildAsync(above);
            Assert.Contains(result.Image.Packages, package => package is { Name: "tool", Version: "2" });
            Assert.Equal(1, CountOf(result, "Setting up tool (2)"));
            requests.AddRange(server.Requests.Where(path => path.EndsWith(".deb", StringComparison.Ordinal)));
            AssertInNoLayer(above);
            AssertNoTrace(result);
        }
        Assert.Equal(["/other_1.deb", "/tool_2.deb"], requests.Order());
    }

    [ImageFact]
    public async Task A_package_that_is_not_what_its_list_says_is_not_installed()
    {
        var (project, directory, repository, server) = New("archives-wrong");
        using var serving = server;
        ImageWorkspace.Write(directory, "files/etc/apt/apt.conf.d/hook", "DPkg::Post-Invoke { \"true\"; };\n");
        repository.Add("tool");
        var file = Path.Combine(repository.Folder, "tool_1.deb");
        var bytes = File.ReadAllBytes(file);
        bytes[^20] ^= 1;
        File.WriteAllBytes(file, bytes);
        Assert.Equal("IMG4011", (await @base.Workspace.FailAsync(project with { Packages = ["tool"] })).Diagnostic.Code);
    }

    void AssertInNoLayer(ImageProject project)
    {
        var state = new StateDirectory(@base.Workspace.StateOf(project));
        var layers = new LayerStore(project.CacheDirectory, Posix.Processes.UserId);
        foreach (var layer in JsonFile.TryRead(state.StageFile(ImageStage.InstallPackages), StateJson.Default.StageState)!.Layers)
            Assert.DoesNotContain(layers.ReadIndex(layer).Entries, entry => entry.Path.ToString().EndsWith(".deb", StringComparison.Ordinal));
    }

    static void AssertNoTrace(BuildResult result) =>
        Assert.DoesNotContain(result.Tree.Walk(), entry => entry.Path.ToString().Contains("imagesdk", StringComparison.Ordinal));
}
