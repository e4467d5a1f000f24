using System.Text;
using ImageSdk.Building.State;
using ImageSdk.Contracts.Locks;
using ImageSdk.Contracts.Packagers;
using ImageSdk.Contracts.Projects;
using ImageSdk.Images;

namespace ImageSdk.Building.Tests.DebianPackages;

/// <summary>A configuration file that is there before its package: every way of installing packages answers dpkg's question, and alike.</summary>
public class ConffileTests(BaseImage @base) : IClassFixture<BaseImage>
{
    /// <summary>Who installs the packages of a list.</summary>
    public enum Way
    {
        Steps,
        Apt,
        Packager,
        Lock,
        Script,
        Upgrade,
    }

    public static TheoryData<Way, ConffilePolicy> All()
    {
        var all = new TheoryData<Way, ConffilePolicy>();
        foreach (var way in Enum.GetValues<Way>())
            foreach (var policy in Enum.GetValues<ConffilePolicy>())
                all.Add(way, policy);
        return all;
    }

    [ImageTheory]
    [MemberData(nameof(All))]
    public async Task The_policy_decides(Way way, ConffilePolicy policy)
    {
        var (project, directory) = @base.New($"conffile {way} {policy}".Replace(' ', '-'));
        var repository = new LocalRepository(Path.Combine(@base.Workspace.Folder, $"conffile {way} {policy}"));
        repository.Add("tool");
        repository.Add("other");
        project = repository.Use(project, directory);
        if (way == Way.Upgrade)
        {
            await @base.Workspace.BuildAndPublishAsync(project with { Packages = ["tool"] });
            repository.Setting = "newer";
            repository.Add("tool", "2");
            var upper = @base.Workspace.NewManifest($"upper {policy}");
            ImageWorkspace.Write(upper, "manifest", $$"""{"SourceImage": "{{project.Stream}}"}""");
            (project, directory) = (repository.Use(@base.Workspace.Project($"test/upper-{policy}", upper), upper), upper);
        }
        ImageWorkspace.Write(directory, "files/etc/tool.conf", "mine\n");
        project = project with { Packages = way switch { Way.Script => [], Way.Upgrade => ["other"], _ => ["tool"] }, Installation = new() { Conffiles = policy } };
        switch (way)
        {
            case Way.Apt:
                ImageWorkspace.Write(directory, "files/etc/apt/apt.conf.d/hook", "DPkg::Post-Invoke { \"true\"; };\n");
                break;
            case Way.Packager:
                ImageWorkspace.Write(directory, "files/bin/generic-packager",
                    GenericPackagerScript.Write(BuiltInPackagers.Find("deb", [])! with { Verbatim = ["export DEBIAN_FRONTEND=noninteractive", "true"] }), executable: true);
                break;
            case Way.Lock:
                project = project with { Lock = new(Path.Combine(directory, ImageLock.DefaultFileName)) };
                break;
            case Way.Script:
                ImageWorkspace.Write(directory, "scripts/install", "#!/bin/sh\nset -e\napt-get update\napt-get -y install tool\n");
                break;
        }
        var result = await @base.Workspace.BuildAsync(project);
        var package = way == Way.Upgrade ? "newer\n" : "setting\n";
        var (there, aside) = policy == ConffilePolicy.Keep ? ("mine\n", "dpkg-dist") : (package, "dpkg-old");
        Assert.Equal(HashOf(there), HashOf(result, "/etc/tool.conf"));
        Assert.Equal(HashOf(policy == ConffilePolicy.Keep ? package : "mine\n"), HashOf(result, $"/etc/tool.conf.{aside}"));
        Assert.Contains(result.Image.Packages, found => found.Name == "tool");
    }

    /// <summary>ucf keeps sshd_config, and asks for itself.</summary>
    [ImageTheory]
    [InlineData(ConffilePolicy.Keep)]
    [InlineData(ConffilePolicy.Replace)]
    public async Task Files_that_ucf_keeps_are_decided_alike(ConffilePolicy policy)
    {
        var (project, directory) = @base.New($"ucf-{policy}");
        ImageWorkspace.Write(directory, "files/etc/ssh/sshd_config", "Port 2222\n");
        var result = await @base.Workspace.BuildAsync(project with { Packages = ["openssh-server"], Installation = new() { Conffiles = policy } });
        Assert.Equal(policy == ConffilePolicy.Keep, HashOf("Port 2222\n").Equals(HashOf(result, "/etc/ssh/sshd_config")));
    }

    static ObjectHash HashOf(BuildResult result, string path) => Assert.IsType<RegularInode>(result.Find(path)).Hash;

    static ObjectHash HashOf(string text) => new(System.Security.Cryptography.SHA512.HashData(Encoding.UTF8.GetBytes(text)));
}
